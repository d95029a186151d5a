"""
The Airflow Variable `sync_task_<pipeline>`, which changes a pipeline without a change of its file. Every task reads it
when it executes.

`{"cpus": 2, "memory": "2Gi", "image": "sync-task:1.4", "settings": {"bwlimit": "10M"}}`
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from airflow.sdk import Variable
from airflow.sdk.exceptions import AirflowFailException

from sync_task_airflow.pipeline import as_environment
from sync_task_airflow.schema import validator

KEYS = ("cpus", "image", "memory", "settings")


def overrides_of(pipeline: str) -> dict[str, Any]:
    """The checked content of the Variable, with `settings` as sync-task's environment. Raises AirflowFailException."""
    name = f"sync_task_{pipeline}"
    text = Variable.get(name, default=None)
    if text is None or text == "":
        return {}

    def wrong(problem: str) -> AirflowFailException:
        return AirflowFailException(f"variable {name!r} {problem}: change it in Admin > Variables")

    try:
        given = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        raise wrong("is no JSON") from None
    if not isinstance(given, dict):
        raise wrong("is no JSON object")
    unknown = sorted({*given} - {*KEYS})
    if unknown:
        raise wrong(f"has {unknown[0]!r}, which cannot be changed there; {', '.join(KEYS)} can")
    problem = problem_with(given)
    if problem:
        raise wrong(problem)
    return {**given, "settings": as_environment(given.get("settings", {}))}


def problem_with(given: dict[str, Any]) -> str | None:
    schema = validator().schema
    parts = {
        "settings": schema["properties"]["settings"],
        **{key: schema["properties"]["container"]["properties"][key] for key in KEYS if key != "settings"},
    }
    for key, value in given.items():
        errors = [*jsonschema.Draft202012Validator({**parts[key], "$defs": schema["$defs"]}).iter_errors(value)]
        if errors:
            return f"has a {key} that is none ({' '.join(errors[0].message.split())[:200]})"
    return None
