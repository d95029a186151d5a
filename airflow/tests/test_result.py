"""What the end of a container means to Airflow."""

from __future__ import annotations

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from sync_task_airflow.result import MAX_BYTES
from tests.docker_task import Task
from tests.fake_engine import Ending, FakeEngine, make_error, make_result


@pytest.mark.parametrize(
    ("ending", "error", "says"),
    [
        (Ending(64, make_result(errors=[make_error("no such transform")])), AirflowFailException, "no such transform"),
        (Ending(65, make_result(errors=[make_error("a\nb")] * 3, errorsLeftOut=9)), AirflowFailException, "b .and 11"),
        (Ending(77, make_result(errors=[make_error("wrong word")])), AirflowFailException, "^wrong w.*with 77, auth"),
        (Ending(75, make_result(errors=[make_error("timed out")])), AirflowException, "^timed.*with 75, a passing"),
        (Ending(75), AirflowException, "see the log above"),
        (Ending(143, make_result()), AirflowException, "stopped"),
        (Ending(137), AirflowException, "killed from outside"),
        (Ending(137, out_of_memory=True), AirflowException, "more memory.*container.memory"),
        (Ending(139), AirflowException, "crashed"),
        (Ending(1), AirflowException, "unknown exit code"),
        (Ending(0), AirflowFailException, "wrote no result"),
        (Ending(0, b"not json"), AirflowFailException, "not JSON"),
        (Ending(0, b"\x80\x04N."), AirflowFailException, "not JSON"),
        (Ending(0, []), AirflowFailException, "schema version"),
        (Ending(0, make_result(schemaVersion=2)), AirflowFailException, "schema version"),
        (Ending(0, b" " * (MAX_BYTES + 1)), AirflowFailException, "larger than"),
        (Ending(0, b" " * (MAX_BYTES + 99_999), claimed_size=1), AirflowFailException, "larger than"),
    ],
)
def test_endings(engine: FakeEngine, ending: Ending, error: type, says: str) -> None:
    engine.behave = lambda _command: ending
    with pytest.raises(AirflowException, match=says) as raised:
        Task().execute()
    assert type(raised.value) is error, "AirflowFailException is what Airflow does not retry"
    assert "\n" not in str(raised.value)
    assert engine.there == {}, "the container is removed whatever happened"


def test_counts_are_pushed_by_a_failed_batch_too(engine: FakeEngine) -> None:
    engine.behave = lambda _command: Ending(65, make_result(status="partial"))
    task = Task()
    with pytest.raises(AirflowFailException):
        task.execute()
    assert task.pushed["result"]["status"] == "partial"
