"""
The last line in the log of a try whose worker died. Without it the log stops in the middle and explains nothing. The
next try finds the container that was left behind and adds the reason, if workers share the folder of logs.
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
    """Does nothing when the log is elsewhere or not writable: the next try's own log has the reason, too."""
    line = {"timestamp": datetime.now(UTC).isoformat(), "level": "error", "event": reason, "logger": "task"}
    try:
        # Never creates the file: a log that is kept elsewhere would then exist twice.
        handle = os.open(log_of(ti, try_number), os.O_WRONLY | os.O_APPEND)
    except (OSError, jinja2.TemplateError):
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        # The last line may be incomplete.
        file.write(f"\n{json.dumps(line)}\n")


def log_of(ti: Any, try_number: int) -> Path:
    template = jinja2.Template(conf.get("logging", "log_filename_template"))
    return Path(conf.get("logging", "base_log_folder")) / template.render(ti=ti, try_number=try_number)
