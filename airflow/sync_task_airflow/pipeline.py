"""A pipeline, as its YAML file declares it: checked against the schema, with every default filled in."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import jsonschema

from sync_task_airflow.date_folder import date_folder_of
from sync_task_airflow.document import Document, PipelineError

SCHEMA_PATH = Path(__file__).parent / "pipeline.schema.json"
NAME = re.compile(r"[A-Za-z0-9_-]+")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

# Options that have a place of their own in the file: given twice, one of them would be lost without a word.
PLACES = {
    "min-age": "settle.min_age",
    "stable": "settle.stable",
    "marker": "settle.marker",
    "transform": "transforms",
    "gate": "gates",
    "batch-files": "batches.files",
    "batch-bytes": "batches.bytes",
    "max-batches": "batches.max",
    "max-files": "batches.max_files",
    "max-bytes": "batches.max_bytes",
}


@dataclass(frozen=True)
class Pipeline:
    """What a file says. `name` is the file's, the DAG's and the one under which sync-task remembers files."""

    name: str
    label: str
    values: Mapping[str, Any]

    def part(self, name: str) -> Mapping[str, Any]:
        """A block of the file with the schema's defaults."""
        return {**defaults_of(name), **self.values.get(name, {})}

    @property
    def source_conn_id(self) -> str:
        return self.values["source"]["connection"]

    @property
    def target_conn_id(self) -> str:
        return self.values["target"]["connection"]

    @property
    def state_conn_id(self) -> str:
        return self.part("state")["connection"]

    @property
    def timezone(self) -> tzinfo:
        """In which its schedule and its days are meant."""
        return ZoneInfo(self.values.get("timezone", default_of("timezone")))

    @property
    def settings(self) -> dict[str, str]:
        """
        What holds for every command of the pipeline, as sync-task's environment. Which files a run looks at is not in
        it: that is the run's, see `selection`.
        """
        named = {
            **self.values.get("settings", {}),
            "transform": [line for text in self.values.get("transforms", []) for line in text.splitlines()],
            "gate": [f"{gate}={action}" for gate, action in self.values.get("gates", {}).items()],
            "min-age": self.part("settle").get("min_age"),
            "stable": self.part("settle").get("stable"),
            "marker": self.part("settle").get("marker"),
            "exclude": self.part("selection").get("exclude"),
        }
        return as_environment(named)


def load(path: Path) -> Pipeline:
    """Read and check one file. Raises PipelineError, whose message has one `file:line: problem` a line."""
    document = Document(path)
    if not NAME.fullmatch(path.stem):
        raise PipelineError(
            [f"{document.label}:1: the file's name becomes the DAG's: only letters, digits, - and _, then .yaml"]
        )
    errors = sorted(validator().iter_errors(document.values), key=lambda error: document.line(error.absolute_path))
    problems = [*(describe(document, error) for error in errors)] or [*contradictions(document)]
    if problems:
        raise PipelineError(problems)
    return Pipeline(path.stem, document.label, document.values)


def load_all(folder: Path | None = None) -> list[Pipeline]:
    """Those that can be read; what is wrong with the others is said by their own DAG."""
    pipelines = []
    for path in files_of(folder or pipelines_folder()):
        try:
            pipelines.append(load(path))
        except PipelineError:
            continue
    return pipelines


def pipelines_folder() -> Path:
    return Path(os.environ.get("SYNC_TASK_PIPELINES", "/opt/airflow/pipelines"))


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == ".yaml") if folder.is_dir() else []


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
    """One line: where, which key, what is wrong."""
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


def contradictions(document: Document) -> Iterator[str]:
    """What no schema can say."""
    values = document.values
    late = any("late" in each["when"] for each in values.get("notify", []))
    if ("deadline" in values) != late:
        at = document.line(["deadline"] if "deadline" in values else ["notify"])
        yield (
            f"{document.label}:{at}: deadline and notify belong together: when is a run late, and who is to hear of it "
            "(when: [late])?"
        )
    yield from contradictions_of_days(document)
    for name in {*values.get("settings", {})} & {*PLACES}:
        yield (
            f"{document.label}:{document.line(['settings', name])}: settings: {name!r} has a place of its own: "
            f"{PLACES[name]}"
        )
    if "timezone" in values and values["timezone"] not in available_timezones():
        at = document.line(["timezone"])
        yield f"{document.label}:{at}: timezone: there is no {values['timezone']!r}; Europe/Berlin and UTC are two"
    schedule = values.get("schedule")
    if schedule is not None and not is_schedule(schedule):
        yield (
            f"{document.label}:{document.line(['schedule'])}: schedule: {schedule!r} is neither a cron expression "
            'such as "30 2 * * *" nor one of @hourly, @daily, @weekly, @monthly, @yearly, @once, @continuous'
        )


def contradictions_of_days(document: Document) -> Iterator[str]:
    selection = document.values.get("selection", {})
    prefix = selection.get("prefix", "")
    for index, glob in enumerate(selection.get("include", []) if "date_folder" in selection else []):
        if "/" in glob.removeprefix("**/"):
            yield (
                f"{document.label}:{document.line(['selection', 'include', index])}: selection.include: {glob!r}: "
                "beside date_folder, a glob has no / or begins with **/"
            )
    if "{{" in prefix or "{ds" in prefix:
        at = document.line(["selection", "prefix"])
        yield f"{document.label}:{at}: selection.prefix: a folder that depends on the day is a date_folder"
    folders = {"selection": selection.get("date_folder"), "refresh": document.values.get("refresh", {}).get("folder")}
    paths = {}
    for block, given in folders.items():
        if given is None:
            continue
        place = [block, "date_folder" if block == "selection" else "folder"]
        at = f"{document.label}:{document.line(place)}: {'.'.join(place)}"
        try:
            paths[block] = date_folder_of(given).path.rstrip("/")
        except ValueError as error:
            yield f"{at}: {error}"
            continue
        if block == "refresh" and paths.get("selection", paths[block]) != paths[block]:
            yield f"{at}: the pipeline looks at selection.date_folder and nowhere else: leave this out"
        if block == "refresh" and prefix and not paths[block].startswith(f"{prefix.rstrip('/')}/"):
            yield f"{at}: the pipeline looks below selection.prefix alone: a folder of a day is in there"


def is_schedule(text: str) -> bool:
    from croniter import croniter

    if text.startswith("@"):
        return text in ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly", "@once", "@continuous")
    return croniter.is_valid(text)


def duration(text: str) -> timedelta:
    """`30s`, `5m`, `2h`, `1d`."""
    return timedelta(seconds=float(text[:-1]) * SECONDS[text[-1]])


def start_of(pipeline: Pipeline) -> datetime:
    day = datetime.fromisoformat(pipeline.values.get("start_date", default_of("start_date")))
    return day.replace(tzinfo=pipeline.timezone)


def as_environment(options: Mapping[str, Any]) -> dict[str, str]:
    """sync-task's options as its environment: lists have one item a line. What is empty is left out."""
    environment = {}
    for name, value in options.items():
        if value is None or value == "" or value == []:
            continue
        text = "\n".join(value) if isinstance(value, list) else str(value)
        if isinstance(value, bool):
            text = text.lower()
        environment[f"SYNC_TASK_{name.replace('-', '_').upper()}"] = text
    return environment
