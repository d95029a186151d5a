"""
Pipelines as DAG files: a DAG bundle in which every YAML file of a folder is a DAG file of its own.

Airflow records import errors per file, and stops scheduling per file. If one Python file made all pipelines, a mistake
in one pipeline would stop them all. So this bundle writes a small Python file for every YAML file. It holds the YAML as
a comment, for the *Code* tab, and one call of the factory. Nobody needs to edit or read these files.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from airflow.dag_processing.bundles.base import BaseDagBundle

from sync_task_airflow.pipeline import files_of, pipelines_folder


class PipelineBundle(BaseDagBundle):
    """
    :param pipelines: the folder of the YAML files, which may change at any time. Default: `SYNC_TASK_PIPELINES`, so
        that the image's bundle configuration fits every folder.
    """

    supports_versioning = False

    def __init__(self, *, pipelines: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pipelines = Path(pipelines) if pipelines else pipelines_folder()

    @property
    def path(self) -> Path:
        return self.base_dir / "dags"

    def get_current_version(self) -> None:
        return None

    def initialize(self) -> None:
        self.refresh()
        super().initialize()

    def refresh(self) -> None:
        """Safe to run concurrently: files are replaced atomically, and only when they changed."""
        self.path.mkdir(parents=True, exist_ok=True)
        wanted = {f"{path.stem}.py": source_of(path) for path in files_of(self.pipelines)}
        for name, source in wanted.items():
            replace(self.path / name, source)
        for path in self.path.glob("*.py"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)


def source_of(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        # The file that is written fails to import, and so says what is wrong.
        lines = [f"It cannot be read: {error.strerror}"]
    comment = "".join(f"# {line}".rstrip() + "\n" for line in lines)
    return (
        f"# Made from {path.parent.name}/{path.name} by sync_task_airflow.bundle: edit that file.\n"
        f"{comment}\n"
        "# This makes the Airflow DAG of the pipeline above.\n"
        "from sync_task_airflow.dag_factory import dags_of\n\n"
        f"globals().update(dags_of({str(path)!r}))\n"
    )


def replace(path: Path, content: str) -> None:
    try:
        if path.read_text(encoding="utf-8") == content:
            return
    except FileNotFoundError:
        pass
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    Path(draft).chmod(0o644)
    Path(draft).replace(path)
