"""Finds the pipelines whose source holds an object, and makes the tasks that copy that object alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from sync_task_airflow.connections import endpoint_environment, find_connection
from sync_task_airflow.dag_arguments import task_arguments
from sync_task_airflow.pipeline import Pipeline, load_all
from sync_task_airflow.refresh import without_gates
from sync_task_airflow.selection import Selection
from sync_task_airflow.visible import visible

if TYPE_CHECKING:
    from airflow.sdk import Connection

PORTS = {"sftp": 22}


def tasks_for(
    uri: str,
    name: str | None,
    run: str,
    paused: Callable[[str], bool],
    pipelines: Iterable[Pipeline] | None = None,
    look_up: Callable[[str], Connection] = find_connection,
    now: datetime | None = None,
) -> list[dict[str, Any]]:
    """
    Arguments of one task for each pipeline that takes the object. Raises AirflowFailException when none does.

    :param paused: whether a pipeline's DAG is paused in Airflow.
    """
    url = parse(uri)
    every = [*(load_all() if pipelines is None else pipelines)]
    named = [each for each in every if name in (None, each.name)]
    if not named:
        raise AirflowFailException(
            f"there is no pipeline {name!r}; there are {', '.join(pipeline.name for pipeline in every) or 'none'}"
        )
    chosen = [each for each in named if not paused(each.name)]
    if not chosen:
        raise AirflowFailException(f"{name or 'every pipeline'} is paused in Airflow: switch it on to have it copied")
    now = now or datetime.now(UTC)
    found = []
    for pipeline in chosen:
        path = path_in(pipeline, url, look_up)
        only = None if path is None else Selection(pipeline).only(path, now.astimezone(pipeline.timezone))
        if only is not None:
            found.append(
                {
                    # The DAG sets the pool: mapped tasks cannot differ in it.
                    **{key: value for key, value in task_arguments(pipeline).items() if key != "pool"},
                    "title": pipeline.name,
                    "run_name": f"{run}.{pipeline.name}",
                    "environment": {**only, "SYNC_TASK_GATE": without_gates(pipeline)},
                }
            )
    if not found:
        raise AirflowFailException(
            f"{visible(uri)} is in the source of no pipeline of {', '.join(each.name for each in chosen)}: compare "
            "host, port and folder with those of their source connections and selections"
        )
    return found


def parse(uri: str) -> tuple[str, str, int | None, str]:
    """Scheme, host or bucket, port, and the path with its leading slash. Raises AirflowFailException."""
    try:
        url = urlsplit(uri)
        host, port = (url.hostname or "").lower(), url.port
    except ValueError as error:
        raise AirflowFailException(f"uri cannot be read: {visible(str(error))}") from None
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
    """The object's path below the pipeline's source; None when it is elsewhere."""
    try:
        source = look_up(pipeline.source_conn_id)
        place = endpoint_environment("SOURCE", source, pipeline.values["source"].get("path"))["SYNC_TASK_SOURCE"]
    except AirflowException:
        # The pipeline's own runs report what is wrong with the connection.
        return None
    *server, path = url
    root = urlsplit(place)
    if [root.scheme, (root.hostname or "").lower(), root.port or PORTS.get(root.scheme)] != server:
        return None
    folder = unquote(root.path).rstrip("/") + "/"
    return path.removeprefix(folder) if path.startswith(folder) else None
