"""The result of a sync-task command, read out of its stopped container, and what its exit code means to Airflow."""

from __future__ import annotations

import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from docker.errors import NotFound

if TYPE_CHECKING:
    from docker import APIClient

SCHEMA_VERSION = 1
# Lists in a result are capped by sync-task; a larger file is not one of its results.
MAX_BYTES = 4 * 1024 * 1024
# A tar header and its padding, around the file.
MAX_ARCHIVE_BYTES = MAX_BYTES + 64 * 1024

NO_RETRY = {
    64: "the configuration is wrong",
    65: "some files cannot be transferred",
    77: "authentication, host key or permission",
}
RETRY = {
    75: "a passing problem",
    130: "stopped",
    143: "stopped",
    139: "crashed",
}


class BrokenResult(Exception):
    """There is no result, or it is not one."""


def read_result(client: APIClient, container_id: str, path: str) -> dict[str, Any]:
    """Read the result as JSON, never larger than MAX_BYTES. Raises BrokenResult."""
    try:
        stream, stat = client.get_archive(container_id, path)
    except NotFound:
        raise BrokenResult(f"it wrote no result file {path}") from None
    if not stat or stat.get("size", 0) > MAX_BYTES:
        raise BrokenResult(f"its result file is larger than {MAX_BYTES} bytes")
    archive = io.BytesIO()
    for chunk in stream:
        archive.write(chunk)
        # The stat is the container's word; the count is ours.
        if archive.tell() > MAX_ARCHIVE_BYTES:
            raise BrokenResult(f"its result file is larger than {MAX_BYTES} bytes")
    archive.seek(0)
    try:
        with tarfile.open(fileobj=archive, mode="r:") as tar:
            member = tar.next()
            content = tar.extractfile(member) if member and member.isreg() else None
            if content is None:
                raise BrokenResult("its result is not a regular file")
            result = json.loads(content.read())
    except (tarfile.TarError, ValueError) as error:
        raise BrokenResult(f"its result file is not JSON ({error})") from None
    if not isinstance(result, dict) or result.get("schemaVersion") != SCHEMA_VERSION:
        raise BrokenResult(f"its result file is not of schema version {SCHEMA_VERSION}: image and DAG do not match")
    return result


def raise_for_exit(command: str, state: dict[str, Any], result: dict[str, Any] | None, problem: str) -> None:
    """
    Return where the command succeeded and left a result; raise what makes Airflow react rightly otherwise.

    :param state: the engine's account of the container's end.
    :param problem: why there is no result, where there is none.
    """
    code = state["ExitCode"]
    if code == 0:
        if result is None:
            raise AirflowFailException(f"sync-task {command} ended with 0, but {problem}")
        return
    if code in NO_RETRY:
        raise AirflowFailException(f"sync-task {command} ended with {code}, {NO_RETRY[code]}: {first_error(result)}")
    if state.get("OOMKilled"):
        raise AirflowException(f"sync-task {command} was killed: it needed more memory than its limit (mem_limit)")
    if code == 137:
        raise AirflowException(f"sync-task {command} was killed from outside (137): a retry goes on where it ended")
    meaning = RETRY.get(code, "an unknown exit code")
    raise AirflowException(f"sync-task {command} ended with {code}, {meaning}: {first_error(result)}")


def first_error(result: dict[str, Any] | None) -> str:
    """One line for the task's error, from the first of the result's errors."""
    errors = (result or {}).get("errors") or []
    if not errors:
        return "see the log above"
    more = len(errors) - 1 + (result or {}).get("errorsLeftOut", 0)
    message = " ".join(str(errors[0].get("message", "")).split())[:1000]
    return f"{message} (and {more} more)" if more else message


def summary(result: dict[str, Any]) -> dict[str, Any]:
    """What is worth keeping in XCom: counts, never lists of files."""
    return {key: result[key] for key in ("command", "run", "status", "files", "bytes", "durationMs") if key in result}
