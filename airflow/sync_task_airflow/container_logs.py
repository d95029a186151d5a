"""
Copies a container's standard error to the task's log.

The stream may break long before the container ends: the engine restarts, or a proxy closes a connection that was silent
for ten minutes while one large file was copied. So the stream is reopened after the last line seen, and only the engine
says whether the container still runs.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException
from docker.errors import NotFound
from requests import RequestException
from urllib3.exceptions import HTTPError

from sync_task_airflow.visible import visible

if TYPE_CHECKING:
    from airflow.sdk.types import Logger
    from docker import APIClient

BROKEN = (RequestException, HTTPError, OSError)
ATTEMPTS = 6
LEVELS = {"error": logging.ERROR, "warn": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}


def follow_until_exit(
    client: APIClient, container_id: str, log: Logger, say: Callable[[str], str] = str
) -> dict[str, Any]:
    """
    Log the container's lines until it ends. Returns its final state as the engine reports it (`ExitCode`, `OOMKilled`).

    :param say: rewords an error of sync-task for Airflow.
    """
    seen = ""
    failures = 0
    writer = LogWriter(log, say)
    while True:
        try:
            try:
                for stamp, line in lines_after(client, container_id, seen):
                    seen = stamp
                    failures = 0
                    writer.write(line)
            finally:
                writer.end_group()
            state = client.inspect_container(container_id)["State"]
            if not state["Running"]:
                return state
        except NotFound:
            raise AirflowException("the container was removed while it ran: a retry goes on where it ended") from None
        except BROKEN as error:
            failures += 1
            if failures == ATTEMPTS:
                raise
            log.warning("lost the engine (%s): looking again", type(error).__name__)
        time.sleep(min(2**failures, 30))


def lines_after(client: APIClient, container_id: str, seen: str) -> Iterator[tuple[str, str]]:
    """Timestamps and lines, in order, after the timestamp `seen`."""
    since = int(time.mktime(time.strptime(seen[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone) if seen else None
    stream = client.logs(
        container_id, stdout=False, stderr=True, stream=True, follow=True, timestamps=True, since=since
    )
    for frame in stream:
        stamp, _, line = frame.decode(errors="replace").partition(" ")
        # Timestamps always have nine decimals, so they compare as text.
        if stamp > seen:
            yield stamp, line.rstrip()


class LogWriter:
    """Writes the lines of one container, and folds those about capabilities into one group of Airflow's log page."""

    def __init__(self, log: Logger, say: Callable[[str], str] = str) -> None:
        self.log = log
        self.say = say
        self.group: list[tuple[bool, str]] = []

    def write(self, line: str) -> None:
        capability = capability_of(line)
        if capability:
            self.group.append(capability)
            return
        self.end_group()
        write(self.log, line, self.say)

    def end_group(self) -> None:
        """The title counts what is missing, because Airflow shows the group folded."""
        lines, self.group = self.group, []
        if not lines:
            return
        missing = sum(not offered for offered, _ in lines)
        level = logging.WARNING if missing else logging.INFO
        self.log.log(level, "::group::what the servers can do: %s of %s things missing", missing, len(lines))
        for offered, message in lines:
            self.log.log(logging.INFO if offered else logging.WARNING, "%s", visible(message))
        self.log.info("::endgroup::")


def capability_of(line: str) -> tuple[bool, str] | None:
    """Whether the server offers it, and the message; None when the line is about something else."""
    if '"capability"' not in line:
        return None
    try:
        record = json.loads(line)
        return ("capability" in record and (record["level"] == "info", str(record["message"]))) or None
    except (ValueError, KeyError, TypeError):
        return None


def write(log: Logger, line: str, say: Callable[[str], str] = str) -> None:
    """Log a line of JSON as a sentence with its facts, at its level; any other line unchanged."""
    try:
        record = json.loads(line)
        level, message = LEVELS[record.pop("level")], record.pop("message")
    except (ValueError, KeyError, TypeError, AttributeError):
        log.info("%s", visible(line.expandtabs()))
        return
    # Airflow adds the time, and the operator has logged the trace.
    record.pop("time", None)
    record.pop("traceId", None)
    if level >= logging.WARNING:
        message = say(str(message))
    facts = " ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in record.items())
    log.log(level, "%s", visible(f"{message}  {facts}" if facts else str(message)))
