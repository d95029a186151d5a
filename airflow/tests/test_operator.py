"""What a task is whatever its engine."""

from __future__ import annotations

import pytest

from sync_task_airflow import SyncTaskOperator
from tests.conftest import NEEDLES
from tests.docker_task import BATCH, Task
from tests.fake_engine import Ending, FakeEngine, make_result


def test_what_may_end_a_run_writes_its_report_with_a_link_to_the_dag_run(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNC_TASK_REPORT_VOLUME", "reports")
    monkeypatch.setenv("SYNC_TASK_AIRFLOW_URL", "http://airflow.example/")
    link = "http://airflow.example/dags/d/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00"
    for verb, begins_run, expected in (
        ("check", True, link),
        ("check", False, None),
        ("plan", False, link),
        ("run", False, None),
        ("finish", False, link),
        ("sync", False, link),
    ):
        Task(verb, begins_run=begins_run).execute()
        container = engine.created[-1]
        assert container.environment.get("SYNC_TASK_RUN_URL") == expected, verb
        assert ("SYNC_TASK_REPORT_DIR" in container.environment) == bool(expected), verb
        assert ("--run" in container.command) == (verb == "run" or bool(expected)), verb


def test_nothing_of_a_connection_is_kept_by_the_task(engine: FakeEngine) -> None:
    task = Task()
    task.execute()
    kept = repr(vars(task.operator)) + repr(task.pushed)
    assert not [needle for needle in NEEDLES if needle in kept]


def test_plan_returns_numbers_alone(engine: FakeEngine) -> None:
    batch = {"number": 1, "files": 2, "bytes": 3, "status": "planned"}
    engine.behave = lambda _command: Ending(result=make_result("plan", batches=[batch]))
    assert Task("plan").execute() == [{"number": 1, "files": 2, "bytes": 3}]


def test_check_is_about_no_run(engine: FakeEngine) -> None:
    Task("check").execute()
    assert engine.created[0].command == ["check"]


@pytest.mark.parametrize(
    ("batch", "label"),
    [
        (BATCH, "batch 3 · 120 files · 4.3 MiB"),
        ({"number": 1, "files": 1, "bytes": 0}, "batch 1 · 1 file · 0 B"),
        ({"number": 200, "files": 2, "bytes": 5 * 10**15}, "batch 200 · 2 files · 4.4 PiB"),
    ],
)
def test_labels(batch: dict[str, int], label: str) -> None:
    assert SyncTaskOperator(task_id="t", verb="run", batch=batch).label == label
