"""
Texts that others chose, names of files above all, as a log line or a message may show them.

A name may hold whatever a file system takes: line ends that forge a line of the log, escape sequences that a terminal
obeys, marks that turn the direction of writing round. Such characters are written as `\\x1b` or `\\u202e`.
"""

from __future__ import annotations

import re
import unicodedata

# Controls (C0, DEL, C1), formatting (direction, width zero), lone surrogates, and the two line ends of Unicode.
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
ORDINARY = re.compile(r"[ -~]*")


def visible(text: str) -> str:
    """The text on one line, with every character that has no shape of its own spelt out."""
    if ORDINARY.fullmatch(text):
        return text
    return "".join(escaped(each) if unicodedata.category(each) in HIDDEN else each for each in text)


def escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
