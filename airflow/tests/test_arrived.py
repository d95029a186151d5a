"""`object_arrived`: which pipelines have the object, and what is copied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Connection, timezone
from airflow.sdk.exceptions import AirflowFailException

from sync_task_airflow.arrived import literal, tasks_for
from sync_task_airflow.pipeline import load
from tests.bags import parsed
from tests.fake_engine import FakeEngine
from tests.test_dag import states

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


def found(folder: Path, uri: str, name: str | None = None) -> dict[str, dict[str, Any]]:
    tasks = tasks_for(uri, name, "r", pipelines(folder), CONNECTIONS.__getitem__)
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


def test_what_is_paused_has_to_be_named(tmp_path: Path) -> None:
    text = "description: d\nsource: {connection: b}\ntarget: {connection: c}\npaused: true\n"
    (tmp_path / "paused.yaml").write_text(text)
    assert "paused" not in found(tmp_path, "sftp://a.example/x.csv")
    assert [*found(tmp_path, "sftp://a.example/x.csv", "paused")] == ["paused"]


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
    dag = parsed("object_arrived")
    asked = {"uri": "sftp://source.example/in%20coming/day/a.txt", "pipeline": "sftp_sync"}
    run = dag.test(run_conf=asked, logical_date=timezone.datetime(2024, 6, 1))
    assert states(run) == {"find": "success", "copy[0]": "success"}
    [container] = engine.created
    assert container.command == ["sync", "--run", f"object_arrived.{run.run_id}.sftp_sync"]
    assert container.environment["SYNC_TASK_PREFIX"] == "day"
    assert container.environment["SYNC_TASK_PIPELINE"] == "sftp_sync"


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
