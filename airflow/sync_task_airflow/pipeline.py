"""A pipeline as its YAML file declares it, checked against the schema and with every default filled in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sync_task_airflow.contradictions import contradictions
from sync_task_airflow.document import Document, PipelineError
from sync_task_airflow.schema import default_of, defaults_of, describe, validator

NAME = re.compile(r"[A-Za-z0-9_-]+")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Pipeline:
    """The content of a file. `name` is that of the file, of the DAG and of sync-task's pipeline."""

    name: str
    label: str
    values: Mapping[str, Any]

    def part(self, name: str) -> Mapping[str, Any]:
        """A block of the file, with the schema's defaults."""
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
        """That of its schedule and its days."""
        return ZoneInfo(self.values.get("timezone", default_of("timezone")))

    @property
    def settings(self) -> dict[str, str]:
        """
        Settings of every command of the pipeline, as sync-task's environment. The files that a run looks at are not
        among them, because they differ from run to run: see `selection`.
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
    """Read and check one file. Raises PipelineError."""
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
    """Every pipeline whose file is right. The others have import errors of their own in Airflow."""
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


def duration(text: str) -> timedelta:
    """`30s`, `5m`, `2h`, `1d`."""
    return timedelta(seconds=float(text[:-1]) * SECONDS[text[-1]])


def start_of(pipeline: Pipeline) -> datetime:
    day = datetime.fromisoformat(pipeline.values.get("start_date", default_of("start_date")))
    return day.replace(tzinfo=pipeline.timezone)


def as_environment(options: Mapping[str, Any]) -> dict[str, str]:
    """Options of sync-task as its environment. Lists become one item a line; empty values are left out."""
    environment = {}
    for name, value in options.items():
        if value is None or value == "" or value == []:
            continue
        text = "\n".join(value) if isinstance(value, list) else str(value)
        if isinstance(value, bool):
            text = text.lower()
        environment[f"SYNC_TASK_{name.replace('-', '_').upper()}"] = text
    return environment
