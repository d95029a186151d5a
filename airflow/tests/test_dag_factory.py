from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sync_task_airflow.trigger_form import TriggerForm
from tests.bags import parsed
from tests.conftest import HOME, NEEDLES
from tests.dag_runs import published, states
from tests.fake_engine import Ending, FakeEngine, make_error, make_result

BATCHES = [{"number": n, "files": 10 * n, "bytes": 1_500_000 * n, "status": "planned"} for n in (1, 2, 3)]


@pytest.fixture
def dag(database: Path) -> Any:
    """Parsed anew for each test: a test run leaves its parameters in it."""
    return parsed("sftp_sync")


def test_shape(dag: Any) -> None:
    assert {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks} == {
        "check": ["plan"],
        "plan": ["run"],
        "run": ["finish", "verdict"],
        "finish": ["verdict"],
        "verdict": [],
    }
    assert dag.get_task("check").is_setup
    assert dag.get_task("run").is_mapped
    assert dag.get_task("finish").trigger_rule == "all_done"
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert dag.schedule == "@daily"
    names = {"prefix", "since", "batch_files", "max_files", "force", "accept", "dry_run", "new_target", "same_files"}
    names.add("plan_anew")
    assert {*dag.params} == names
    params = [dag.params.get_param(name) for name in names]
    assert all(param.description or param.schema["description_md"] for param in params)
    assert {task.pool for task in dag.tasks if task.task_id != "verdict"} == {"sync_task"}
    assert {*dag.tags} == {"sync-task", "sftp"}


def plan_of(batches: list[dict[str, Any]], fails: Any = lambda _command: None) -> Any:
    def behave(command: list[str]) -> Ending:
        return fails(command) or Ending(result=make_result(command[0], batches=batches if command[0] == "plan" else []))

    return behave


def test_a_run_of_three_batches(dag: Any, engine: FakeEngine) -> None:
    engine.behave = plan_of(BATCHES)
    run = dag.test(run_conf={"prefix": "{ds}/", "batch_files": 7, "force": True}, logical_date=day(1))
    assert run.state == "success"
    assert [container.command[0] for container in engine.created] == ["check", "plan", "run", "run", "run", "finish"]
    planned = engine.created[1].environment
    assert planned["SYNC_TASK_PREFIX"] == "2024-03-01/"
    assert planned["SYNC_TASK_BATCH_FILES"] == "7"
    assert planned["SYNC_TASK_FORCE"] == "true"
    ids = {container.command[2] for container in engine.created[1:]}
    assert ids == {f"sftp_sync.{run.run_id}"}
    labels = sorted(ti.rendered_map_index for ti in run.get_task_instances() if ti.task_id == "run")
    assert labels == ["batch 1 · 10 files · 1.4 MiB", "batch 2 · 20 files · 2.9 MiB", "batch 3 · 30 files · 4.3 MiB"]


def test_a_cleared_run_plans_anew_where_it_was_asked_to(
    dag: Any, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches and end go by the plan that was made; in a test every try is the first, so the number is given."""
    attempt = TriggerForm.attempt
    monkeypatch.setattr(TriggerForm, "attempt", lambda form, params, _number: attempt(form, params, 2))
    engine.behave = plan_of(BATCHES)
    for asked, ending in ((True, ".again-2"), (False, "")):
        engine.created.clear()
        run = dag.test(run_conf={"plan_anew": asked}, logical_date=day(2 + asked))
        assert run.state == "success"
        names = [container.command[2] for container in engine.created[1:]]
        assert names == [f"sftp_sync.{run.run_id}{ending}"] * 5
    assert attempt(None, {"plan_anew": True}, 1) == "", "the first plan is as any"


def test_nothing_to_do_is_green(dag: Any, engine: FakeEngine) -> None:
    engine.behave = plan_of([])
    run = dag.test(logical_date=day(2))
    assert run.state == "success"
    assert states(run)["run"] == "skipped"
    assert states(run)["finish"] == "success"
    assert "SYNC_TASK_FORCE" not in engine.created[1].environment
    assert "SYNC_TASK_PREFIX" not in engine.created[1].environment


def test_a_failed_batch_makes_the_run_red_and_stops_no_other(dag: Any, engine: FakeEngine) -> None:
    failed = Ending(65, make_result("run", status="partial", errors=[make_error("a.txt is not UTF-8")]))
    engine.behave = plan_of(BATCHES, lambda command: failed if command[-1] == "2" else None)
    run = dag.test(logical_date=day(3))
    assert run.state == "failed"
    assert states(run) == {
        "check": "success",
        "plan": "success",
        "run[0]": "success",
        "run[1]": "failed",
        "run[2]": "success",
        "finish": "success",
        "verdict": "upstream_failed",
    }
    assert sum(command_of(container) == "run 2" for container in engine.created) == 1, "65 is not retried"


def test_a_passing_problem_is_for_a_retry(dag: Any, engine: FakeEngine) -> None:
    task = dag.get_task("check")
    assert (task.retries, bool(task.retry_exponential_backoff)) == (3, True)
    task.retry_delay = timedelta(0)
    answers = iter([Ending(75, make_result("check", errors=[make_error("timed out")]))])
    engine.behave = plan_of([], lambda command: next(answers, None) if command[0] == "check" else None)
    run = dag.test(logical_date=day(4))
    assert run.state == "success"
    assert [container.command[0] for container in engine.created] == ["check", "check", "plan", "finish"]


def test_a_failed_check_plans_nothing(dag: Any, engine: FakeEngine) -> None:
    refused = Ending(77, make_result("check", errors=[make_error("wrong password")]))
    engine.behave = plan_of([], lambda command: refused if command[0] == "check" else None)
    run = dag.test(logical_date=day(5))
    assert run.state == "failed"
    assert [container.command[0] for container in engine.created] == ["check"]
    assert set(states(run).values()) == {"failed", "upstream_failed"}, "there is no plan: nothing to finish either"


def test_nothing_that_airflow_stored_holds_a_secret(dag: Any, engine: FakeEngine, database: Path) -> None:
    """The DAG as serialised, the rendered fields, XComs, all else in the database."""
    from airflow.serialization.serialized_objects import DagSerialization

    leak = " ".join(NEEDLES)
    engine.behave = plan_of(
        BATCHES,
        lambda command: Ending(77, make_result(errors=[make_error(leak)]), log=[leak]) if command[-1] == "2" else None,
    )
    run = dag.test(logical_date=day(6))
    assert run.state == "failed"
    assert engine.created[0].secrets["/run/secrets/sync_task_state_password"] in NEEDLES, "they are what was used"

    serialised = json.dumps(DagSerialization.serialize_dag(dag), default=str)
    assert "source_sftp_conn" in serialised
    stored = [serialised.encode(), *(path.read_bytes() for path in sorted(HOME.rglob("*")) if path.is_file())]
    text = b"\n".join(stored)
    assert b"SYNC_TASK_BATCH_FILES" in text, "rendered fields were stored"
    assert [needle for needle in NEEDLES if needle.encode() in text] == []


def test_task_logs_mask_what_the_connections_held(engine: FakeEngine) -> None:
    from airflow.sdk.log import mask_logs

    from sync_task_airflow import SyncTaskOperator

    SyncTaskOperator(task_id="t", verb="check").connections()
    masked = mask_logs(None, "info", {"event": f"a container said {' '.join(NEEDLES)}"})["event"]
    assert masked.startswith("a container said ***")
    assert [needle for needle in NEEDLES if needle in masked] == []


def command_of(container: Any) -> str:
    return f"{container.command[0]} {container.command[-1]}"


def day(number: int) -> Any:
    from airflow.sdk import timezone

    return timezone.datetime(2024, 3, number)


def test_what_the_trigger_form_asks_for(dag: Any, engine: FakeEngine) -> None:
    asked = {"since": "7d", "max_files": 5, "accept": ["few-files", "total-size"], "prefix": "in/{ds_nodash}"}
    run = dag.test(run_conf=asked, logical_date=day(7))
    assert run.state == "success"
    environment = engine.created[1].environment
    given = {name: environment.get(f"SYNC_TASK_{name}") for name in ("PREFIX", "SINCE", "MAX_FILES", "ACCEPT", "FORCE")}
    assert given == {
        "PREFIX": "in/20240307",
        "SINCE": "7d",
        "MAX_FILES": "5",
        "ACCEPT": "few-files\ntotal-size",
        "FORCE": None,
    }
    for container in (engine.created[0], engine.created[-1]):
        assert "SYNC_TASK_MAX_FILES" not in container.environment, "the form is about the plan"


def test_the_form_refuses_what_it_does_not_know(dag: Any) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        dag.test(run_conf={"accept": ["everything"]}, logical_date=day(8))


def test_a_dry_run_ends_with_its_plan(dag: Any, engine: FakeEngine) -> None:
    engine.behave = plan_of(BATCHES)
    run = dag.test(run_conf={"dry_run": True}, logical_date=day(9))
    assert [container.command[0] for container in engine.created] == ["check", "plan"]
    assert engine.created[1].environment["SYNC_TASK_DRY_RUN"] == "true"
    assert run.state == "success"
    expected = {"check": "success", "plan": "success", "run": "skipped", "finish": "skipped", "verdict": "success"}
    assert states(run) == expected


def test_a_refused_plan_copies_nothing_and_is_not_tried_again(dag: Any, engine: FakeEngine) -> None:
    refused = Ending(65, make_result("plan", status="refused", errors=[make_error("refused by gate few-files")]))
    engine.behave = plan_of(BATCHES, lambda command: refused if command[0] == "plan" else None)
    run = dag.test(logical_date=day(10))
    assert run.state == "failed"
    assert [container.command[0] for container in engine.created] == ["check", "plan", "finish"]
    assert states(run)["run"] == "upstream_failed"


def test_only_what_has_arrived_is_published(dag: Any, engine: FakeEngine) -> None:
    counted = {"copied": 0}
    engine.behave = lambda command: Ending(result=make_result(command[0], files=dict(counted), batches=[]))
    before = published("sftp_sync")
    nothing = dag.test(logical_date=day(11))
    assert nothing.state == "success"
    assert published("sftp_sync") == before
    counted["copied"] = 4
    some = dag.test(logical_date=day(12))
    assert some.state == "success"
    [new] = published("sftp_sync")[len(before) :]
    assert (new["files"], new["run"], new["command"]) == ({"copied": 4}, "sftp_sync.r1", "finish")
