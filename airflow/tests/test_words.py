"""What people read of sync-task's errors."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import structlog
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from sync_task_airflow import plain_errors
from sync_task_airflow.result import Ending, GateRefused, raise_for_exit
from sync_task_airflow.words import bytes_words, counted, in_words_of_airflow
from tests.fake_engine import make_error, make_result

IDS = {"source": "partner_sftp", "target": "lake", "state": "sync_task_state"}


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("check SYNC_TASK_SOURCE_PASSWORD", "check the password of the connection partner_sftp"),
        ("SYNC_TASK_TARGET_PRIVATE_KEY_FILE: no", "the extra private_key of the connection lake: no"),
        ("SYNC_TASK_SOURCE_KNOWN_HOSTS or", "the extra known_hosts of the connection partner_sftp or"),
        ("the user and SYNC_TASK_STATE_PASSWORD (or PGPASSWORD)", "the user and the password of the connection "),
        ("create it or correct --source", "create it or correct the connection partner_sftp"),
        ("let this run through: --accept few-files", "tick few-files at 'Gates to let through' in the trigger form"),
        ("say --new-target to", "say 'The target is new' in the trigger form to"),
        ("raise --buffer, larger", "raise settings.buffer of the pipeline, larger"),
        ("(--stable)", "(settle.stable of the pipeline)"),
        ("is not listed; another --run plans anew", "is not listed; a new run plans anew, and so does this one where"),
        ("see sync-task status --run a.b; plan", "see the report of the run; plan"),
        ("a file--name and x-y --", "a file--name and x-y --"),
    ],
)
def test_errors_name_what_airflow_has(said: str, read: str) -> None:
    assert read in in_words_of_airflow(said, IDS)


def test_what_happened_comes_first() -> None:
    result = make_result("check", errors=[make_error("source sftp://x: the password was refused")])
    with pytest.raises(AirflowFailException) as raised:
        raise_for_exit("check", Ending(77), result, "")
    assert str(raised.value).startswith("source sftp://x: the password was refused [sync-task check ended with 77,")


def test_a_refused_gate_is_one_red_with_one_reason() -> None:
    refused = {"gate": "empty-source", "verdict": "refused", "what": "no file"}
    errors = [make_error("run r is refused by gate empty-source, in all: no file is there")]
    with pytest.raises(GateRefused, match=r"^refused by the gate empty-source: run r"):
        raise_for_exit("plan", Ending(65), make_result("plan", status="refused", gates=[refused], errors=errors), "")
    later = [{**make_error("run r was refused by a gate"), "reason": "gate-refused"}]
    with pytest.raises(AirflowSkipException, match=r"^run r was refused by a gate$"):
        raise_for_exit("finish", Ending(65), make_result("finish", status="refused", errors=later), "")


@pytest.mark.parametrize(
    ("error", "plain"),
    [(AirflowFailException("wrong password"), True), (GateRefused("no"), True), (KeyError("a mistake of ours"), False)],
)
def test_no_traceback_for_what_an_operator_can_mend(error: Exception, plain: bool) -> None:
    told = io.StringIO()
    before = structlog.get_config()
    try:
        structlog.configure(
            processors=[structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()],
            logger_factory=structlog.PrintLoggerFactory(told),
            wrapper_class=structlog.make_filtering_bound_logger(0),
        )
        # Airflow's is there before the task is.
        log: Any = structlog.get_logger("task").bind()
        plain_errors.install()
        plain_errors.install()
        try:
            raise error
        except Exception:
            log.exception("Task failed with exception")
    finally:
        structlog.configure(**before)
    line = json.loads(told.getvalue())
    assert line["event"] == (str(error) if plain else "Task failed with exception")
    assert ("exception" in line) is not plain


def test_bytes_are_as_in_the_report() -> None:
    """The rows of words.ts, which has the same numbers in the log and in the report."""
    rows = {0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 102_400: "100 KiB", 1_048_570: "1.0 MiB", 5 * 2**40: "5.0 TiB"}
    assert {count: bytes_words(count) for count in rows} == rows


def test_one_file_and_many() -> None:
    assert [counted(count, "file") for count in (0, 1, 2000)] == ["0 files", "1 file", "2000 files"]
