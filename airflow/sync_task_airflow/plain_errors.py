"""
Logs errors that an operator can mend as one line, without a traceback. A traceback would show our own frames and push
the reason out of sight.

Airflow logs every error of a task with its traceback. Each task has a process of its own, so a log processor in front
of Airflow's can remove the traceback there, from errors that are written for operators.
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
    """Idempotent."""
    processors = structlog.get_config()["processors"]
    if tell_plainly not in processors:
        processors.insert(0, tell_plainly)
