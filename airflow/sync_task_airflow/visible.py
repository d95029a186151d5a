"""
Makes untrusted text, above all names of files, safe for log lines and messages.

A file name may contain line ends that forge a log line, escape sequences that a terminal obeys, or marks that reverse
the direction of writing. These characters become `\\x1b` or `\\u202e`.
"""

from __future__ import annotations

import re
import unicodedata

# Controls (C0, DEL, C1), formatting (direction, width zero), lone surrogates, and the two line ends of Unicode.
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
ORDINARY = re.compile(r"[ -~]*")


def visible(text: str) -> str:
    """The text on one line, with every invisible character spelt out."""
    if ORDINARY.fullmatch(text):
        return text
    return "".join(escaped(each) if unicodedata.category(each) in HIDDEN else each for each in text)


def escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
