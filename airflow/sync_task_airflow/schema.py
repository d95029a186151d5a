"""The JSON schema of pipeline files: its validator, its defaults, and its errors in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from sync_task_airflow.document import Document

SCHEMA_PATH = Path(__file__).parent / "pipeline.schema.json"


@cache
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker(formats=["date"]))


@cache
def defaults_of(name: str) -> dict[str, Any]:
    schema = validator().schema["properties"][name]
    return {key: value["default"] for key, value in schema.get("properties", {}).items() if "default" in value}


def default_of(name: str) -> Any:
    return validator().schema["properties"][name]["default"]


def describe(document: Document, error: jsonschema.ValidationError) -> str:
    """One line: file, line, key and what is wrong."""
    path = [*error.absolute_path]
    where = ".".join(map(str, path))
    message = error.message
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        known = {*error.schema.get("properties", {})}
        patterns = [*error.schema.get("patternProperties", {})]
        unknown = [k for k in error.instance if k not in known and not any(re.search(p, k) for p in patterns)]
        path.append(unknown[0])
        names = sorted(known) or [pattern.strip("^$()") for pattern in patterns]
        message = f"there is no key {unknown[0]!r} here; there are {', '.join(names)}"
    elif error.validator == "required":
        message = f"{message.replace(' is a required property', '')} is missing"
    elif error.validator == "pattern":
        message = f"{error.instance!r} is not of the form {error.validator_value}"
    elif error.validator in ("minProperties", "maxProperties"):
        message = "one of webhook, slack, email and pagerduty belongs beside when"
    elif error.validator == "not" and path and path[-1] == "selection":
        message = "prefix and date_folder exclude each other"
    elif error.parent is not None or error.validator in ("not", "propertyNames"):
        message = f"{error.instance!r} cannot stand here"
    elif error.validator == "anyOf":
        message = "a text, a number, true, false or a list of texts is meant to stand here"
    message = message if len(message) < 400 else message[:400] + " …"
    if error.validator == "not" and isinstance(error.instance, str):
        path.append(error.instance)
    return f"{document.label}:{document.line(path)}: {where + ': ' if where else ''}{message}"
