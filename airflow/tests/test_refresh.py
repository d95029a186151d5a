from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk import timezone

from tests.bags import parsed
from tests.dag_runs import published, states
from tests.fake_engine import Ending, FakeEngine, make_error, make_result


@pytest.fixture
def dag(database: Any) -> Any:
    return parsed("sftp_full_refresh")


def days(first: str, last: str, **more: Any) -> dict[str, Any]:
    return {"run_conf": {"from_day": first, "to_day": last, **more}}


def test_every_day_is_a_container_of_its_own(dag: Any, engine: FakeEngine) -> None:
    before = published("sftp_sync")
    engine.behave = lambda command: Ending(result=make_result("sync", run=command[2]))
    run = dag.test(logical_date=timezone.datetime(2024, 5, 1), **days("2024-02-28", "2024-03-01"))
    assert run.state == "success"
    names = ["2024-02-28", "2024-02-29", "2024-03-01"]
    engine.created.sort(key=lambda container: container.command)
    assert [container.command for container in engine.created] == [
        ["sync", "--run", f"sftp_full_refresh.{run.run_id}.{day}"] for day in names
    ]
    for container, day in zip(engine.created, names, strict=True):
        environment = container.environment
        assert environment["SYNC_TASK_PREFIX"] == f"{day}/"
        assert environment["SYNC_TASK_FORCE"] == "true"
        assert environment["SYNC_TASK_PIPELINE"] == "sftp_sync", (
            "what was copied is remembered where the daily run looks"
        )
        assert "few-files=off" in environment["SYNC_TASK_GATE"]
    labels = sorted(ti.rendered_map_index for ti in run.get_task_instances() if ti.task_id == "refresh")
    assert labels == names
    assert sorted(event["run"][-10:] for event in published("sftp_sync")[len(before) :]) == names
    refresh = dag.get_task("refresh")
    assert (refresh.pool, refresh.max_active_tis_per_dagrun, dag.max_active_runs) == ("sync_task", 2, 1)


def test_one_failed_day_stops_no_other(dag: Any, engine: FakeEngine) -> None:
    failed = Ending(65, make_result("sync", status="partial", errors=[make_error("a.txt is not UTF-8")]))
    engine.behave = lambda command: failed if command[2].endswith("02") else Ending(result=make_result("sync"))
    run = dag.test(logical_date=timezone.datetime(2024, 5, 2), **days("2024-03-01", "2024-03-03", force=False))
    assert run.state == "failed"
    assert states(run) == {
        "days": "success",
        "refresh[0]": "success",
        "refresh[1]": "failed",
        "refresh[2]": "success",
        "verdict": "upstream_failed",
    }
    assert "SYNC_TASK_FORCE" not in engine.created[0].environment


def test_a_range_that_makes_no_sense_starts_nothing(dag: Any, engine: FakeEngine) -> None:
    run = dag.test(logical_date=timezone.datetime(2024, 5, 3), **days("2024-03-02", "2024-03-01"))
    assert run.state == "failed"
    assert engine.created == []
