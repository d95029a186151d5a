"""
Errors that an operator can mend, as one line of the task's log: the message and no traceback, which would show frames
of ours and push the reason out of sight.

Airflow logs whatever a task raises with its traceback. So the process of a task, which lives for it alone, gets a
processor in front of Airflow's own that takes the traceback from errors which were made to be read.
"""

from __future__ import annotations

import sys
from typing import Any

import structlog
from airflow.sdk.exceptions import AirflowException


def tell_plainly(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    given = event.get("exc_info")
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, AirflowException) and str(error):
        del event["exc_info"]
        event["event"] = str(error)
    return event


def install() -> None:
    """Safe to call again."""
    processors = structlog.get_config()["processors"]
    if tell_plainly not in processors:
        processors.insert(0, tell_plainly)
