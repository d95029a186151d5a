"""
The files of its source that a pipeline takes. Every DAG asks this module, and no other code decides.

Folders are decided here. Globs, `since` and unfinished files are decided by sync-task, which gets all of these settings
in every run. So a run that is limited to a day or to one object can never take a file that its pipeline would not.
"""

from __future__ import annotations

import posixpath
import re
from datetime import datetime
from functools import cached_property

from sync_task_airflow.date_folder import DateFolder, date_folder_of
from sync_task_airflow.pipeline import Pipeline

# Characters with a meaning in globs.
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
        Settings of a run that looks at one folder of the pipeline. `exclude` is not among them: it is in the settings
        of the pipeline.
        """
        return {
            "SYNC_TASK_PREFIX": folder,
            "SYNC_TASK_INCLUDE": "\n".join(self.include),
            "SYNC_TASK_SINCE": self.since,
        }

    def has(self, path: str, now: datetime) -> bool:
        """
        Whether a path of the source is below a folder that the pipeline looks at. With folders of days: those that a
        run looks at now or later.
        """
        folders = [self.prefix] if self.date_folder is None else map(self.date_folder.on, self.date_folder.window(now))
        return any(is_below(path, folder) for folder in folders)

    def only(self, path: str, now: datetime) -> dict[str, str] | None:
        """
        Settings of a run that looks at this one file, and takes it if the pipeline would: they exclude every other file
        of its folder. None if the file is in no folder of the pipeline.
        """
        if not self.has(path, now):
            return None
        folder, name = posixpath.split(path)
        others = [f"!({literal(name)})", f"{literal(folder)}/*/**" if folder else "*/**"]
        return {**self.environment(folder), "SYNC_TASK_EXCLUDE": "\n".join([*self.exclude, *others])}


def is_below(path: str, folder: str) -> bool:
    """Whether a file is below a folder, in the sense of `--prefix`."""
    folder = folder.rstrip("/")
    return folder == "" or path.startswith(f"{folder}/")


def literal(text: str) -> str:
    """A glob that matches only this text."""
    return SPECIAL.sub(r"\\\g<0>", text)
