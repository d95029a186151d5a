"""
The last line of a try whose worker died: its log ends in the middle, and who reads it learns nothing. The try after it
finds what that one left behind, and writes the reason there, where the log stands in a folder that workers share.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
from airflow.configuration import conf


def end_log_of_try(ti: Any, try_number: int, reason: str) -> None:
    """Nothing where that log is not here, or cannot be written to: the next try's log says it all the same."""
    line = {"timestamp": datetime.now(UTC).isoformat(), "level": "error", "event": reason, "logger": "task"}
    try:
        # Never makes the file: logs that are kept elsewhere would be two.
        handle = os.open(log_of(ti, try_number), os.O_WRONLY | os.O_APPEND)
    except (OSError, jinja2.TemplateError):
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        # The line before may have been cut off.
        file.write(f"\n{json.dumps(line)}\n")


def log_of(ti: Any, try_number: int) -> Path:
    template = jinja2.Template(conf.get("logging", "log_filename_template"))
    return Path(conf.get("logging", "base_log_folder")) / template.render(ti=ti, try_number=try_number)
