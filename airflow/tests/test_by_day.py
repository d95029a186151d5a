"""A pipeline with folders of days, as Airflow runs it: every day by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import timezone

from tests.bags import bag_of, bundle_of
from tests.dag_runs import states
from tests.fake_engine import Ending, FakeEngine, make_error, make_result

FILE = """
description: d
source: {connection: source_sftp_conn}
target: {connection: target_sftp_conn}
schedule: "30 2 * * *"
paused: false
retries: {count: 0}
selection: {date_folder: "in/%Y/%m/%d/", include: ["*.csv"]}
"""


DAY = "2024-03-09"


@pytest.fixture
def dag(tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """A DAG of its own for each test: they remember their runs."""
    name = request.node.originalname
    (tmp_path / f"{name}.yaml").write_text(FILE)
    kwargs = {"pipelines": str(tmp_path)}
    bundle = {"name": "pipelines", "classpath": "sync_task_airflow.bundle.PipelineBundle", "kwargs": kwargs}
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST", json.dumps([bundle]))
    # Parsed anew for each run: a test run leaves its parameters in it.
    return lambda: bag_of(bundle_of(tmp_path, "pipelines")).dags[name]


def night(dag: Any, day: int, hour: int = 2, **conf: Any) -> Any:
    return dag().test(logical_date=timezone.datetime(2024, 3, day, hour, 30), run_conf=conf)


def behaves(engine: FakeEngine, ends: Any = lambda _command, _folder: None) -> None:
    """Every folder has one batch, unless `ends` has something else to say."""

    def behave(command: list[str]) -> Ending:
        verb, run = command[0], command[2] if len(command) > 2 else ""
        files = int(run[-2:]) if run[-2:].isdigit() else 1
        batches = [{"number": 1, "files": files, "bytes": 5, "status": "planned"}] if verb == "plan" else []
        return ends(verb, run[-10:]) or Ending(result=make_result(verb, run=run, batches=batches))

    engine.behave = behave


def planned(engine: FakeEngine) -> list[str]:
    """Of the mapped tasks, which a test runs in any order."""
    folders = [each.environment["SYNC_TASK_PREFIX"] for each in engine.created if each.command[0] == "plan"]
    engine.created.clear()
    return sorted(folders, reverse=True)


def test_every_day_is_a_run_of_its_own(dag: Any, engine: FakeEngine) -> None:
    behaves(engine)
    run = night(dag, 9)
    assert run.state == "success"
    commands = [each.command for each in engine.created]
    assert [command[0] for command in commands] == ["check", "plan", "plan", "run", "run", "finish", "finish"]
    of_days = {f"{run.dag_id}.{run.run_id}.2024-03-{day}" for day in ("08", "07")}
    for verb in ("plan", "run", "finish"):
        assert {command[2] for command in commands if command[0] == verb} == of_days
    labels = [ti.rendered_map_index for ti in run.get_task_instances() if ti.task_id == "run"]
    assert sorted(labels) == ["in/2024/03/07 · batch 1 · 7 files · 5 B", "in/2024/03/08 · batch 1 · 8 files · 5 B"]
    environment = engine.created[1].environment
    assert environment["SYNC_TASK_INCLUDE"] == "*.csv"
    assert environment["SYNC_TASK_BATCH_FILES"] == "1000", "what the form asks for is told, too"
    assert planned(engine) == ["in/2024/03/08/", "in/2024/03/07/"]


def test_a_missed_night_is_made_up_for(dag: Any, engine: FakeEngine) -> None:
    behaves(engine)
    night(dag, 9)
    planned(engine)
    night(dag, 10)
    assert planned(engine) == ["in/2024/03/09/", "in/2024/03/08/"]
    # Nothing runs on the 11th and the 12th.
    night(dag, 13)
    assert planned(engine) == [f"in/2024/03/{day}/" for day in ("12", "11", "10", "09")]
    night(dag, 14)
    assert planned(engine) == ["in/2024/03/13/", "in/2024/03/12/"]


@pytest.mark.parametrize(
    "ending",
    [
        lambda verb, _day: Ending(77, make_result(verb)) if verb == "check" else None,
        lambda verb, day: Ending(65, make_result(verb, status="refused")) if (verb, day) == ("plan", DAY) else None,
        lambda verb, day: Ending(65, make_result(verb, status="partial")) if (verb, day) == ("run", DAY) else None,
        lambda verb, day: (
            Ending(result=make_result(verb, files={"deferred": 1})) if (verb, day) == ("finish", DAY) else None
        ),
    ],
    ids=["check", "refused", "batch", "deferred"],
)
def test_a_night_that_was_not_complete_was_missed(dag: Any, engine: FakeEngine, ending: Any) -> None:
    behaves(engine)
    night(dag, 9)
    for day in (10, 11):
        behaves(engine, ending if day == 10 else lambda _verb, _day: None)
        planned(engine)
        night(dag, day)
    assert planned(engine) == ["in/2024/03/10/", "in/2024/03/09/", "in/2024/03/08/"]


def test_what_was_asked_for_completes_nothing(dag: Any, engine: FakeEngine) -> None:
    behaves(engine)
    night(dag, 9)
    for number, asked in enumerate(
        ({"dry_run": True}, {"prefix": "in/"}, {"from_day": "2024-03-01", "to_day": "2024-03-02"}, {"since": "1d"})
    ):
        planned(engine)
        run = night(dag, 10, 2 + number, **asked)
        assert run.state == "success", states(run)
    planned(engine)
    night(dag, 11)
    assert planned(engine) == ["in/2024/03/10/", "in/2024/03/09/", "in/2024/03/08/"]


def test_a_refused_day_stops_no_other(dag: Any, engine: FakeEngine) -> None:
    refused = Ending(65, make_result("plan", status="refused", errors=[make_error("refused by gate empty-source")]))
    behaves(engine, lambda verb, day: refused if (verb, day) == ("plan", "2024-03-08") else None)
    run = night(dag, 9)
    assert run.state == "failed"
    assert states(run) == {
        "check": "success",
        "days": "success",
        "plan[0]": "failed",
        "plan[1]": "success",
        "batches": "success",
        "run[0]": "success",
        "finish[0]": "success",
        "finish[1]": "success",
        "verdict": "upstream_failed",
    }
    assert [each.command[2][-10:] for each in engine.created if each.command[0] == "run"] == ["2024-03-07"]


def test_a_failed_check_plans_nothing(dag: Any, engine: FakeEngine) -> None:
    behaves(engine, lambda verb, _day: Ending(77, make_result(verb)) if verb == "check" else None)
    run = night(dag, 9)
    assert run.state == "failed"
    assert [each.command[0] for each in engine.created] == ["check"]


def test_nothing_new_is_green(dag: Any, engine: FakeEngine) -> None:
    engine.behave = lambda command: Ending(result=make_result(command[0]))
    run = night(dag, 9)
    assert run.state == "success"
    assert states(run)["run"] == "skipped"


def test_the_gates_of_a_day_can_be_let_through(dag: Any, engine: FakeEngine) -> None:
    behaves(engine)
    night(dag, 9, from_day="2024-03-08", to_day="2024-03-08", accept=["few-files"], batch_files=7)
    environment = engine.created[1].environment
    assert (environment["SYNC_TASK_ACCEPT"], environment["SYNC_TASK_BATCH_FILES"]) == ("few-files", "7")
    assert planned(engine) == ["in/2024/03/08/"]
