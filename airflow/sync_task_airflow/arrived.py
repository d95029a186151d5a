"""Which pipelines have an object in their source, and what the task that copies it alone is told."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from sync_task_airflow.connections import endpoint_environment
from sync_task_airflow.dag_factory import task_arguments
from sync_task_airflow.operator import connection
from sync_task_airflow.pipeline import Pipeline, load_all
from sync_task_airflow.refresh import WITHOUT_GATES

if TYPE_CHECKING:
    from airflow.sdk import Connection

# What means something in a glob.
SPECIAL = re.compile(r"[\\*?\[\]{}()!+@|,^$~#]")
PORTS = {"sftp": 22}


def tasks_for(
    uri: str,
    name: str | None,
    run: str,
    pipelines: Iterable[Pipeline] | None = None,
    look_up: Callable[[str], Connection] = connection,
) -> list[dict[str, Any]]:
    """Arguments of one task for each pipeline. Raises AirflowFailException where there is none."""
    url = parse(uri)
    every = [*(load_all() if pipelines is None else pipelines)]
    # What starts paused is not in use until somebody says so, here by its name.
    chosen = [each for each in every if each.name == name or (name is None and not each.values.get("paused"))]
    if not chosen:
        raise AirflowFailException(
            f"there is no pipeline {name!r}; there are {', '.join(pipeline.name for pipeline in every)}"
        )
    found = []
    for pipeline in chosen:
        path = path_in(pipeline, url, look_up)
        if path is not None:
            found.append(
                {
                    # The pool is the DAG's: it cannot differ between mapped tasks.
                    **{key: value for key, value in task_arguments(pipeline).items() if key != "pool"},
                    "title": pipeline.name,
                    "run_name": f"{run}.{pipeline.name}",
                    "environment": environment_for(pipeline, path),
                }
            )
    if not found:
        raise AirflowFailException(
            f"{uri} is in the source of no pipeline of {', '.join(each.name for each in chosen)}: compare host, "
            "port and folder with those of their source connections"
        )
    return found


def parse(uri: str) -> tuple[str, str, int | None, str]:
    """Scheme, host or bucket, port, path with a slash in front. Raises AirflowFailException."""
    try:
        url = urlsplit(uri)
        host, port = (url.hostname or "").lower(), url.port
    except ValueError as error:
        raise AirflowFailException(f"uri cannot be read: {error}") from None
    if url.username is not None or url.password is not None:
        raise AirflowFailException("uri must hold no user and no password: the pipeline's connection has them")
    if url.query or url.fragment:
        raise AirflowFailException("uri must hold no ? and no #: write %3F and %23 where a name has them")
    path = unquote(url.path)
    if any(part in ("", ".", "..") for part in path[1:].split("/")) or any(character in path for character in "\0\n\r"):
        raise AirflowFailException(f"{uri} is no object's URI: its path has an empty, '.' or '..' part, or a line end")
    return url.scheme, host, port or PORTS.get(url.scheme), path


def path_in(
    pipeline: Pipeline, url: tuple[str, str, int | None, str], look_up: Callable[[str], Connection]
) -> str | None:
    """The object's path below the pipeline's source, where it is in there."""
    try:
        source = look_up(pipeline.source_conn_id)
        place = endpoint_environment("SOURCE", source, pipeline.values["source"].get("path"))["SYNC_TASK_SOURCE"]
    except AirflowException:
        # Its own runs say what is wrong with it.
        return None
    *server, path = url
    root = urlsplit(place)
    if [root.scheme, (root.hostname or "").lower(), root.port or PORTS.get(root.scheme)] != server:
        return None
    folder = unquote(root.path).rstrip("/") + "/"
    return path.removeprefix(folder) if path.startswith(folder) else None


def environment_for(pipeline: Pipeline, path: str) -> dict[str, str]:
    """
    Settings under which sync-task looks at this one file: below its folder, with all others excluded, so that the
    globs of the pipeline still decide whether it is one of theirs.
    """
    folder, name = posixpath.split(path)
    others = [f"!({literal(name)})", f"{literal(folder)}/*/**" if folder else "*/**"]
    selection = pipeline.part("selection")
    return {
        "SYNC_TASK_PREFIX": folder,
        "SYNC_TASK_INCLUDE": "\n".join(selection.get("include", [])),
        "SYNC_TASK_EXCLUDE": "\n".join([*selection.get("exclude", []), *others]),
        "SYNC_TASK_GATE": WITHOUT_GATES,
    }


def literal(text: str) -> str:
    """A glob that matches this text alone."""
    return SPECIAL.sub(r"\\\g<0>", text)
