"""Every character of Unicode, as a log line shows it."""

from __future__ import annotations

import sys
import unicodedata

from sync_task_airflow.visible import visible


def test_every_character_has_a_shape() -> None:
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    for code in range(sys.maxunicode + 1):
        shown = visible(chr(code))
        if unicodedata.category(chr(code)) in hidden:
            assert shown.isascii()
            assert shown.isprintable()
            assert int(shown[2:], 16) == code
        else:
            assert shown == chr(code)


def test_names_of_every_language_stay_as_they_are() -> None:
    for name in ("Grüße 2026.csv", "データ.txt", "ملف.csv", "קובץ", "ไฟล์.csv", "📦.bin"):
        assert visible(name) == name
