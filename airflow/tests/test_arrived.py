"""`object_arrived`: which pipelines have the object, and what is copied."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Connection, timezone
from airflow.sdk.exceptions import AirflowFailException

from sync_task_airflow.arrived import tasks_for
from sync_task_airflow.pipeline import load
from sync_task_airflow.selection import literal
from tests.bags import known_to_airflow, parsed
from tests.dag_runs import states
from tests.fake_engine import FakeEngine

CONNECTIONS = {
    "a": Connection(conn_id="a", conn_type="sftp", host="A.example", login="u", extra='{"path": "/in coming"}'),
    "b": Connection(conn_id="b", conn_type="sftp", host="a.example", login="v", port=22, extra='{"path": "/"}'),
    "c": Connection(conn_id="c", conn_type="sftp", host="a.example", login="v", port=2022),
    "s": Connection(conn_id="s", conn_type="aws", login="id", password="secret-word"),
    "broken": Connection(conn_id="broken", conn_type="http", host="a.example"),
}


def pipelines(folder: Path) -> list[Any]:
    for name, source in {"one": "a", "two": "b", "three": "c", "four": "broken"}.items():
        (folder / f"{name}.yaml").write_text(
            f"description: d\nsource: {{connection: {source}}}\ntarget: {{connection: c}}\n"
            'selection: {include: ["*.csv"], exclude: ["*.tmp"]}\n'
        )
    (folder / "bucket.yaml").write_text(
        "description: d\nsource: {connection: s, path: s3://landing/in}\ntarget: {connection: c}\n"
    )
    return [load(path) for path in sorted(folder.glob("*.yaml"))]


NOW = datetime(2024, 3, 9, 23, 30, tzinfo=UTC)


def found(
    folder: Path, uri: str, name: str | None = None, paused: Callable[[str], bool] = lambda _name: False
) -> dict[str, dict[str, Any]]:
    tasks = tasks_for(uri, name, "r", paused, pipelines(folder), CONNECTIONS.__getitem__, NOW)
    return {task["title"]: task for task in tasks}


def test_all_pipelines_that_have_it_in_their_source(tmp_path: Path) -> None:
    tasks = found(tmp_path, "sftp://a.example/in%20coming/x/b%5B1%5D.csv")
    assert sorted(tasks) == ["one", "two"]
    assert tasks["one"]["environment"]["SYNC_TASK_PREFIX"] == "x"
    assert tasks["two"]["environment"]["SYNC_TASK_PREFIX"] == "in coming/x"
    assert tasks["one"]["environment"]["SYNC_TASK_INCLUDE"] == "*.csv", "the pipeline's own globs still decide"
    assert tasks["one"]["environment"]["SYNC_TASK_EXCLUDE"] == "*.tmp\n!(b\\[1\\].csv)\nx/*/**"
    assert tasks["one"]["run_name"] == "r.one"
    assert (tasks["one"]["pipeline"], tasks["one"]["source_conn_id"]) == ("one", "a")
    json.dumps(tasks)


def test_what_airflow_has_paused_is_not_served(tmp_path: Path) -> None:
    text = "description: d\nsource: {connection: b}\ntarget: {connection: c}\npaused: %s\n"
    (tmp_path / "mine.yaml").write_text(text % "true")
    (tmp_path / "yours.yaml").write_text(text % "false")
    served = found(tmp_path, "sftp://a.example/x.csv", paused=lambda name: name == "yours")
    assert sorted(served) == ["mine", "two"], "whatever the files say they start as"
    with pytest.raises(AirflowFailException, match="yours is paused in Airflow: switch it on"):
        found(tmp_path, "sftp://a.example/x.csv", "yours", paused=lambda name: name == "yours")
    with pytest.raises(AirflowFailException, match="every pipeline is paused"):
        found(tmp_path, "sftp://a.example/x.csv", paused=lambda _name: True)


@pytest.mark.parametrize(
    ("selection", "path", "folder"),
    [
        ("{prefix: orders}", "orders/a.csv", "orders"),
        ("{prefix: orders/}", "orders/x/a.csv", "orders/x"),
        ("{prefix: orders}", "orders.csv", None),
        ("{prefix: orders}", "orders-of-another/a.csv", None),
        ("{prefix: orders}", "Orders/a.csv", None),
        ("{prefix: orders/x}", "orders/a.csv", None),
        # In UTC it is still the 9th of March, in Berlin the 10th.
        ('{date_folder: "orders/%Y-%m-%d/"}', "orders/2024-03-07/a.csv", "orders/2024-03-07"),
        ('{date_folder: "orders/%Y-%m-%d/"}', "orders/2024-03-09/x/a.csv", "orders/2024-03-09/x"),
        ('{date_folder: "orders/%Y-%m-%d/"}', "orders/2024-03-06/a.csv", None),
        ('{date_folder: "orders/%Y-%m-%d/"}', "orders/2024-03-10/a.csv", None),
        ('{date_folder: "orders/%Y-%m-%d/"}', "invoices/2024-03-09/a.csv", None),
        ('{date_folder: "orders/%Y-%m-%d/"}', "orders/2024-03-09.csv", None),
        ('{date_folder: {path: "%d", days: 1, lag: 0}}', "09/a.csv", "09"),
        ('{date_folder: {path: "%d", days: 1, lag: 0}}', "08/a.csv", None),
        ('{date_folder: "{{ macros.ds_add(ds, -1) }}"}', "2024-03-07/a.csv", "2024-03-07"),
        ('{date_folder: "{{ macros.ds_add(ds, -1) }}"}', "2024-03-06/a.csv", None),
    ],
)
def test_only_what_is_in_a_folder_of_the_pipeline(
    tmp_path: Path, selection: str, path: str, folder: str | None
) -> None:
    head = "description: d\nsource: {connection: b}\ntarget: {connection: c}\n"
    (tmp_path / "mine.yaml").write_text(f"{head}selection: {selection}\n")
    served = found(tmp_path, f"sftp://a.example/{path}")
    assert ("mine" in served) == (folder is not None)
    if folder is not None:
        assert served["mine"]["environment"]["SYNC_TASK_PREFIX"] == folder


def test_days_are_those_of_the_pipelines_time_zone(tmp_path: Path) -> None:
    head = "description: d\nsource: {connection: b}\ntarget: {connection: c}\ntimezone: Europe/Berlin\n"
    (tmp_path / "mine.yaml").write_text(f'{head}selection: {{date_folder: "%Y-%m-%d/"}}\n')
    assert "mine" in found(tmp_path, "sftp://a.example/2024-03-10/a.csv")
    assert "mine" not in found(tmp_path, "sftp://a.example/2024-03-07/a.csv")


def test_the_whole_selection_is_told(tmp_path: Path) -> None:
    head = "description: d\nsource: {connection: b}\ntarget: {connection: c}\n"
    (tmp_path / "mine.yaml").write_text(f'{head}selection: {{since: 7d, include: ["a/**"], exclude: ["*.x"]}}\n')
    environment = found(tmp_path, "sftp://a.example/z/a.csv")["mine"]["environment"]
    del environment["SYNC_TASK_GATE"]
    assert environment == {
        "SYNC_TASK_PREFIX": "z",
        "SYNC_TASK_INCLUDE": "a/**",
        "SYNC_TASK_EXCLUDE": "*.x\n!(a.csv)\nz/*/**",
        "SYNC_TASK_SINCE": "7d",
    }


def test_one_pipeline_by_name(tmp_path: Path) -> None:
    assert [*found(tmp_path, "sftp://a.example/in%20coming/a.csv", "two")] == ["two"]
    task = found(tmp_path, "sftp://a.example:22/in%20coming/a.csv", "one")["one"]
    assert task["environment"]["SYNC_TASK_EXCLUDE"].endswith("!(a.csv)\n*/**"), "at the root of the source"


@pytest.mark.parametrize(
    ("uri", "name"), [("s3://landing/in/a.csv", "bucket"), ("sftp://a.example:2022/~/a.csv", "three")]
)
def test_other_places(tmp_path: Path, uri: str, name: str) -> None:
    assert [*found(tmp_path, uri)] == [name]


@pytest.mark.parametrize(
    ("uri", "name", "says"),
    [
        ("sftp://b.example/in/a.csv", None, "in the source of no pipeline"),
        ("sftp://a.example/other/a.csv", "one", "in the source of no pipeline of one"),
        ("s3://landing/input/a.csv", None, "in the source of no pipeline"),
        ("sftp://a.example/a.csv", "five", "no pipeline 'five'; there are bucket, four, one"),
        ("sftp://u:secret@a.example/a.csv", None, "no user and no password"),
        ("sftp://a.example/in/../a.csv", None, "is no object's URI"),
        ("sftp://a.example/in/", None, "is no object's URI"),
        ("sftp://a.example/in/%0Aa", None, "is no object's URI"),
        ("sftp://a.example/a.csv?x", None, "no \\? and no #"),
        ("sftp://a.example:x/a.csv", None, "cannot be read"),
    ],
)
def test_uris_that_are_of_no_use(tmp_path: Path, uri: str, name: str | None, says: str) -> None:
    with pytest.raises(AirflowFailException, match=says) as raised:
        found(tmp_path, uri, name)
    assert "secret" not in str(raised.value)


def test_names_are_no_globs() -> None:
    assert literal("a b-ü_[1]{2}(3)!.txt") == "a b-ü_\\[1\\]\\{2\\}\\(3\\)\\!.txt"


def test_the_dag_copies_it(database: Path, engine: FakeEngine) -> None:
    known_to_airflow("sftp_sync", paused=False)
    dag = parsed("object_arrived")
    asked = {"uri": "sftp://source.example/in%20coming/day/a.txt", "pipeline": "sftp_sync"}
    run = dag.test(run_conf=asked, logical_date=timezone.datetime(2024, 6, 1))
    assert states(run) == {"find": "success", "copy[0]": "success"}
    [container] = engine.created
    assert container.command == ["sync", "--run", f"object_arrived.{run.run_id}.sftp_sync"]
    assert container.environment["SYNC_TASK_PREFIX"] == "day"
    assert container.environment["SYNC_TASK_PIPELINE"] == "sftp_sync"


@pytest.mark.parametrize("known", [True, False])
def test_the_dag_copies_nothing_for_what_is_paused(database: Path, engine: FakeEngine, known: bool) -> None:
    if known:
        known_to_airflow("sftp_sync", paused=True)
    else:
        forgotten("sftp_sync")
    asked = {"uri": "sftp://source.example/in%20coming/day/a.txt"}
    run = parsed("object_arrived").test(run_conf=asked, logical_date=timezone.datetime(2024, 6, 4 + known))
    assert run.state == "failed"
    assert engine.created == []


def forgotten(dag_id: str) -> None:
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session

    with create_session() as session:
        session.query(DagModel).filter(DagModel.dag_id == dag_id).delete()


def test_the_dag_says_where_nobody_has_it(database: Path, engine: FakeEngine) -> None:
    run = parsed("object_arrived").test(
        run_conf={"uri": "sftp://other.example/a.txt"}, logical_date=timezone.datetime(2024, 6, 2)
    )
    assert run.state == "failed"
    assert engine.created == []


@pytest.mark.parametrize("conf", [{}, {"uri": "http://a/b"}, {"uri": 7}])
def test_conf_is_checked(database: Path, conf: dict[str, Any]) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        parsed("object_arrived").test(run_conf=conf, logical_date=timezone.datetime(2024, 6, 3))
