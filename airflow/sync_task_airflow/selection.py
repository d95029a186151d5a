"""
Which files of its source a pipeline takes: the one place that knows, for every DAG.

A folder is decided here; globs, `since` and what is not finished are decided by sync-task, which is told all of them in
every run. So whatever makes a run smaller, a day or one object, can only take away from what the pipeline takes.
"""

from __future__ import annotations

import posixpath
import re
from datetime import datetime
from functools import cached_property

from sync_task_airflow.date_folder import DateFolder, date_folder_of
from sync_task_airflow.pipeline import Pipeline

# What means something in a glob.
SPECIAL = re.compile(r"[\\*?\[\]{}()!+@|,^$~#]")


class Selection:
    def __init__(self, pipeline: Pipeline) -> None:
        given = pipeline.part("selection")
        self.prefix: str = given.get("prefix") or ""
        self.include: list[str] = given.get("include", [])
        self.exclude: list[str] = given.get("exclude", [])
        self.since: str = given.get("since") or ""
        self._given = given.get("date_folder")

    @cached_property
    def date_folder(self) -> DateFolder | None:
        return date_folder_of(self._given) if self._given else None

    def environment(self, folder: str) -> dict[str, str]:
        """
        Settings of a run that looks at this folder, one of the pipeline's own, and takes nothing there that the
        pipeline would leave. Its `exclude` is in the pipeline's own settings.
        """
        return {
            "SYNC_TASK_PREFIX": folder,
            "SYNC_TASK_INCLUDE": "\n".join(self.include),
            "SYNC_TASK_SINCE": self.since,
        }

    def has(self, path: str, now: datetime) -> bool:
        """
        Whether a path of the source is below a folder that the pipeline looks at. Of days: those that a run would look
        at now, and those since.
        """
        folders = [self.prefix] if self.date_folder is None else map(self.date_folder.on, self.date_folder.window(now))
        return any(is_below(path, folder) for folder in folders)

    def only(self, path: str, now: datetime) -> dict[str, str] | None:
        """
        Settings under which sync-task looks at this one file, and takes it where the pipeline would; None where it is
        in no folder of the pipeline's. All others of its folder are excluded.
        """
        if not self.has(path, now):
            return None
        folder, name = posixpath.split(path)
        others = [f"!({literal(name)})", f"{literal(folder)}/*/**" if folder else "*/**"]
        return {**self.environment(folder), "SYNC_TASK_EXCLUDE": "\n".join([*self.exclude, *others])}


def is_below(path: str, folder: str) -> bool:
    """Whether a file is below a folder, as `--prefix` has it."""
    folder = folder.rstrip("/")
    return folder == "" or path.startswith(f"{folder}/")


def literal(text: str) -> str:
    """A glob that matches this text alone."""
    return SPECIAL.sub(r"\\\g<0>", text)
