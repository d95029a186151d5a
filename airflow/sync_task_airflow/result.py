"""Reads the result of a sync-task command, and turns its exit code into Airflow's success, retry or failure."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from docker.errors import NotFound

from sync_task_airflow.visible import visible

if TYPE_CHECKING:
    from docker import APIClient

SCHEMA_VERSION = 1
# sync-task caps the lists in a result: no result is larger.
MAX_BYTES = 4 * 1024 * 1024
# With a tar header and padding.
MAX_ARCHIVE_BYTES = MAX_BYTES + 64 * 1024

KEPT = ("command", "pipeline", "run", "status", "files", "bytes", "durationMs", "gates", "report", "manifest")

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
    """The result is missing or malformed."""


def read_result(client: APIClient, container_id: str, path: str) -> dict[str, Any]:
    """Read the result, MAX_BYTES at most. Raises BrokenResult."""
    try:
        stream, stat = client.get_archive(container_id, path)
    except NotFound:
        raise BrokenResult(f"it wrote no result file {path}") from None
    if not stat or stat.get("size", 0) > MAX_BYTES:
        raise BrokenResult(f"its result file is larger than {MAX_BYTES} bytes")
    archive = io.BytesIO()
    for chunk in stream:
        archive.write(chunk)
        # The container controls the stat, so the bytes are counted, too.
        if archive.tell() > MAX_ARCHIVE_BYTES:
            raise BrokenResult(f"its result file is larger than {MAX_BYTES} bytes")
    archive.seek(0)
    try:
        with tarfile.open(fileobj=archive, mode="r:") as tar:
            member = tar.next()
            content = tar.extractfile(member) if member and member.isreg() else None
            if content is None:
                raise BrokenResult("its result is not a regular file")
            return checked(json.loads(content.read()))
    except (tarfile.TarError, ValueError) as error:
        raise BrokenResult(f"its result file is not JSON ({error})") from None


def checked(result: Any) -> dict[str, Any]:
    """The result, if it has the right schema version. Raises BrokenResult."""
    if not isinstance(result, dict) or result.get("schemaVersion") != SCHEMA_VERSION:
        raise BrokenResult(f"its result file is not of schema version {SCHEMA_VERSION}: image and DAG do not match")
    return result


@dataclass(frozen=True)
class Ending:
    """How a container ended, as the engine reports it."""

    exit_code: int
    out_of_memory: bool = False
    # Why the engine itself ended it, such as "evicted".
    reason: str = ""


class GateRefused(AirflowFailException):
    """A gate refused the run: somebody has to look at the source."""


def raise_for_exit(
    command: str, ending: Ending, result: dict[str, Any] | None, problem: str, say: Callable[[str], str] = str
) -> None:
    """
    Return when the command succeeded and left a result; otherwise raise the error that Airflow should react to.
    Messages begin with what happened, because Airflow's pages cut long lines off.

    :param problem: why the result is missing, if it is.
    :param say: rewords an error of sync-task for Airflow.
    """
    code = ending.exit_code
    if code == 0:
        if result is None:
            raise AirflowFailException(f"sync-task {command} ended with 0, but {problem}")
        return
    if ending.out_of_memory:
        raise AirflowException(
            f"sync-task {command} was killed: it needed more memory than its limit (container.memory of the pipeline)"
        )
    if ending.reason:
        raise AirflowException(f"sync-task {command} was {ending.reason}: a retry goes on where it ended")
    if code == 137:
        raise AirflowException(f"sync-task {command} was killed from outside (137): a retry goes on where it ended")
    reasons = {error.get("reason") for error in errors_of(result)}
    kind: type[AirflowException] = AirflowFailException if code in NO_RETRY else AirflowException
    meaning = NO_RETRY.get(code) or RETRY.get(code, "an unknown exit code")
    message = first_error(result, say)
    if "gate-refused" in reasons:
        # The plan has failed already and says why.
        raise AirflowSkipException(message)
    if code in NO_RETRY and (result or {}).get("status") == "refused":
        kind, meaning = GateRefused, "nothing was copied"
        message = f"refused by the gate {gates_of(result)}: {message}" if gates_of(result) else message
        message = message or "a gate refused the run"
    elif reasons & {"host-key-changed", "host-key-revoked"}:
        message = f"A HOST KEY HAS CHANGED, which may be an attack: {message}"
    if not message:
        raise kind(f"sync-task {command} ended with {code}, {meaning}: see the log above")
    raise kind(f"{message} [sync-task {command} ended with {code}, {meaning}]")


def first_error(result: dict[str, Any] | None, say: Callable[[str], str] = str) -> str:
    """The first error of the result, as one line; empty if there is none."""
    errors = errors_of(result)
    if not errors:
        return ""
    more = len(errors) - 1 + (result or {}).get("errorsLeftOut", 0)
    message = say(visible(" ".join(str(errors[0].get("message", "")).split()))[:1000])
    return f"{message} (and {more} more)" if more else message


def gates_of(result: dict[str, Any] | None) -> str:
    refused = [each for each in (result or {}).get("gates") or [] if each.get("verdict") == "refused"]
    return ", ".join(dict.fromkeys(visible(str(each.get("gate"))) for each in refused))


def errors_of(result: dict[str, Any] | None) -> list[dict[str, Any]]:
    return (result or {}).get("errors") or []


def summary(result: dict[str, Any]) -> dict[str, Any]:
    """What goes to XCom: counts, and the paths of report and manifest. Never lists of files."""
    return {key: result[key] for key in KEPT if key in result}
