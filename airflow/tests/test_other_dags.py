"""`sync_health` and the example of a consumer."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import timezone

from sync_task_airflow.publish import asset_of
from tests.bags import known_to_airflow, parsed
from tests.dag_runs import states
from tests.fake_engine import Ending, FakeEngine, make_error, make_result


def test_health_checks_what_is_not_paused(database: Path, engine: FakeEngine) -> None:
    known_to_airflow("sftp_sync", paused=False)
    known_to_airflow("partner_orders", paused=True)
    dag = parsed("sync_health")
    known_to_airflow("sftp_to_s3", paused=True)
    assert (dag.schedule, dag.catchup, dag.max_active_runs) == ("*/15 * * * *", False, 1)
    run = dag.test(logical_date=timezone.datetime(2024, 9, 1))
    assert states(run) == {"sftp_sync": "success", "partner_orders": "skipped", "sftp_to_s3": "skipped"}, (
        "what Airflow has not read yet is not switched on"
    )
    [container] = engine.created
    assert container.command == ["check"]
    assert container.environment["SYNC_TASK_PIPELINE"] == "sftp_sync"


def test_health_is_red_where_a_pipeline_cannot_work(database: Path, engine: FakeEngine) -> None:
    known_to_airflow("sftp_sync", paused=False)
    engine.behave = lambda _command: Ending(77, make_result("check", errors=[make_error("wrong password")]))
    assert parsed("sync_health").test(logical_date=timezone.datetime(2024, 9, 2)).state == "failed"
    assert len(engine.created) == 1, "a wrong password is not tried again"


def test_a_broken_pipeline_is_not_missed_by_the_others(tmp_path: Path, monkeypatch) -> None:
    from airflow.dag_processing.dagbag import DagBag

    from tests.conftest import ROOT

    head = "description: d\nsource: {connection: a}\ntarget: {connection: b}\n"
    (tmp_path / "broken.yaml").write_text("nonsense")
    (tmp_path / "fine.yaml").write_text(head)
    (tmp_path / "waits.yaml").write_text(head + "paused: true\n")
    (tmp_path / "asleep.yaml").write_text(head + "health: false\n")
    (tmp_path / "both.yaml").write_text(head + "paused: true\nhealth: true\n")
    monkeypatch.setenv("SYNC_TASK_PIPELINES", str(tmp_path))
    dag = DagBag(ROOT / "dags/sync_health.py").dags["sync_health"]
    assert {task.task_id: task.unless_paused for task in dag.tasks} == {"both": False, "fine": True, "waits": True}


def test_the_consumer_waits_for_the_asset(database: Path) -> None:
    dag = parsed("example_consumer")
    assert dag.schedule == [asset_of("sftp_sync")]
    run = dag.test(logical_date=timezone.datetime(2024, 9, 3))
    assert run.state == "success", "also when somebody triggers it by hand"
