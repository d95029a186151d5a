"""The containers that a task makes, and those that it takes away."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from docker.errors import ImageNotFound

from tests.conftest import NEEDLES, SECRETS
from tests.docker_task import Task
from tests.fake_engine import Ending, FakeEngine, make_result


def test_a_batch_runs_in_a_container_with_few_rights(engine: FakeEngine) -> None:
    task = Task(environment={"SYNC_TASK_PREFIX": "a/", "SYNC_TASK_TRANSFORM": ""})
    assert task.execute() is None

    [container] = engine.created
    assert container.command == ["run", "--run", "p.manual__2026-01-01T00:00:00+00:00", "--batch", "3"]
    assert container.labels == {
        "sync-task.installation": "this-stack",
        "sync-task.dag": "d",
        "sync-task.run": "manual__2026-01-01T00:00:00+00:00",
        "sync-task.task": "t",
        "sync-task.map-index": "2",
        "sync-task.try": "1",
    }
    assert container.environment == {
        "SYNC_TASK_PREFIX": "a/",
        "SYNC_TASK_PIPELINE": "p",
        "SYNC_TASK_RESULT": "/result/result.json",
        "SYNC_TASK_LOG_FORMAT": "json",
        "TRACEPARENT": container.environment["TRACEPARENT"],
        "SYNC_TASK_SOURCE": "sftp://de%20mo@source.example:22/in%20coming",
        "SYNC_TASK_SOURCE_PRIVATE_KEY_FILE": "/run/secrets/sync_task_source_private_key",
        "SYNC_TASK_SOURCE_PASSPHRASE_FILE": "/run/secrets/sync_task_source_passphrase",
        "SYNC_TASK_SOURCE_KNOWN_HOSTS": "source.example ssh-ed25519 AAAA\n",
        "SYNC_TASK_TARGET": "sftp://demo@target.example:2022/~",
        "SYNC_TASK_TARGET_PASSWORD_FILE": "/run/secrets/sync_task_target_password",
        "SYNC_TASK_TARGET_HOST_KEY": container.environment["SYNC_TASK_TARGET_HOST_KEY"],
        "SYNC_TASK_STATE": "postgres://sync_task@state.example:5432/sync_task",
        "SYNC_TASK_STATE_PASSWORD_FILE": "/run/secrets/sync_task_state_password",
    }
    assert container.secrets == {
        "/run/secrets/sync_task_source_private_key": SECRETS["source key"],
        "/run/secrets/sync_task_source_passphrase": SECRETS["source passphrase"],
        "/run/secrets/sync_task_target_password": SECRETS["target password"],
        "/run/secrets/sync_task_state_password": SECRETS["state password"],
        "/run/secrets/complete": "",
    }
    assert re.fullmatch(r"sync-task-p-run-batch-3-120-files-[0-9a-f]{6}", container.name)
    host = container.host_config
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["SecurityOpt"]) == (True, ["ALL"], ["no-new-privileges"])
    assert (host["Memory"], host["MemorySwap"], host["NanoCpus"]) == (512 * 2**20, 512 * 2**20, 10**9)
    assert host["NetworkMode"] == "sync-task"

    assert engine.there == {}, "the container is removed"
    assert task.pushed["result"]["files"] == {"copied": 3}


def test_what_the_engine_shows_of_a_container_holds_no_secret(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every kind of connection: `docker inspect` shows environment, command, labels and mounts."""
    bucket = Connection(conn_id="s3", conn_type="aws", login="id", password=NEEDLES[1])
    bucket.extra = json.dumps({"aws_session_token": NEEDLES[2]})
    azure = Connection(conn_id="az", conn_type="wasb", login="account", password=NEEDLES[1])
    sas = Connection(conn_id="sas", conn_type="wasb", extra=json.dumps({"sas_token": NEEDLES[1]}))
    text = Connection(conn_id="text", conn_type="wasb", extra=json.dumps({"connection_string": f"Key={NEEDLES[1]}"}))
    for made in (bucket, azure, sas, text):
        monkeypatch.setenv(f"AIRFLOW_CONN_{made.conn_id.upper()}", made.get_uri())
    for conn_id, path in (("s3", "s3://b/p"), ("az", "az://c/p"), ("sas", "az://c/p"), ("text", "az://c/p")):
        Task(target_conn_id=conn_id, target_path=path).execute()
    assert len(engine.created) == 4
    for container in engine.created:
        assert NEEDLES[1] in "".join(container.secrets.values())
        shown = repr((container.environment, container.command, container.labels, container.host_config))
        assert [needle for needle in NEEDLES if needle in shown] == []


def test_the_report_goes_to_the_volume_and_is_linked(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNC_TASK_REPORT_VOLUME", "reports")
    monkeypatch.setenv("SYNC_TASK_REPORTS_URL", "http://reports.example:8081/")
    monkeypatch.setenv("SYNC_TASK_METRICS_URL", "http://pushgateway:9091")
    engine.behave = lambda _: Ending(result={**make_result("finish"), "report": "p/run%3A1/report.html"})
    task = Task("finish")
    task.execute()

    [container] = engine.created
    assert container.environment["SYNC_TASK_REPORT_DIR"] == "/reports"
    assert container.environment["SYNC_TASK_METRICS_URL"] == "http://pushgateway:9091"
    mounts = {each["Target"]: each["Source"] for each in container.host_config["Mounts"]}
    assert mounts["/reports"] == "reports"
    [link] = task.operator.operator_extra_links
    assert link.get_link(task.operator, ti_key=None) == "http://reports.example:8081/p/run%3A1/report.html"

    engine.behave = lambda _: Ending(result=make_result("run"))
    batch = Task()
    batch.execute()
    assert "SYNC_TASK_REPORT_DIR" not in engine.created[1].environment, "a batch writes none"
    assert link.get_link(batch.operator, ti_key=None) == ""


def test_a_missing_image_says_how_to_get_it(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def create(**_options: Any) -> None:
        raise ImageNotFound("no such image")

    monkeypatch.setattr(engine, "create_container", create)
    with pytest.raises(AirflowFailException, match="docker compose build"):
        Task().execute()


def test_killing_the_task_stops_the_container(engine: FakeEngine) -> None:
    task = Task()
    engine.behave = lambda _command: Ending(143, make_result(status="stopped"))
    engine.before_logs = lambda _container: task.operator.on_kill()
    with pytest.raises(AirflowException, match="143, stopped"):
        task.execute()
    assert "container0" in engine.stopped
    assert engine.there == {}
    task.operator.on_kill()  # The container is gone: nothing to do, no error.


def test_killing_a_task_without_a_container_does_nothing(engine: FakeEngine) -> None:
    Task().operator.on_kill()
    assert engine.stopped == []


def test_a_container_of_an_earlier_try_is_stopped_first(engine: FakeEngine) -> None:
    task = Task()
    engine.before_logs = lambda _container: (_ for _ in ()).throw(KeyboardInterrupt)
    engine.remove_container = lambda *_args, **_options: None  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        task.execute()
    assert list(engine.there) == ["container0"]

    del engine.remove_container
    engine.before_logs = lambda _container: None
    task.execute(try_number=2)
    assert engine.there == {}
    assert engine.stopped.index("container0") < engine.stopped.index("container1")


@pytest.mark.parametrize("verb", ["run", "finish"])
def test_a_container_of_another_installation_is_left_alone(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Two stacks on one engine have the same DAGs and, of a schedule, the same run ids."""
    monkeypatch.setenv("SYNC_TASK_INSTALLATION", "another stack!")
    keep = engine.remove_container
    engine.remove_container = lambda *_args, **_options: None  # type: ignore[method-assign]
    Task(verb).execute()
    engine.remove_container = keep  # type: ignore[method-assign]
    monkeypatch.setenv("SYNC_TASK_INSTALLATION", "this-stack")
    engine.stopped.clear()
    Task(verb).execute(try_number=2)
    assert [*engine.there] == ["container0"]
    assert "container0" not in engine.stopped
    assert engine.there["container0"].labels["sync-task.installation"] == "another-stack"


def test_two_days_finish_beside_each_other(engine: FakeEngine) -> None:
    """Each looks for what is left of the whole run, and the other is no left-over."""
    keep = engine.remove_container
    engine.remove_container = lambda *_args, **_options: None  # type: ignore[method-assign]
    Task("finish").execute()
    engine.stopped.clear()
    engine.remove_container = keep  # type: ignore[method-assign]
    Task("finish").execute(map_index=3)
    assert [*engine.there] == ["container0"]
    Task("finish").execute(try_number=2)
    assert engine.there == {}, "one of an earlier try is"
