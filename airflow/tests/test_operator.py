from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from docker.errors import ImageNotFound

from sync_task_airflow import SyncTaskOperator
from sync_task_airflow.result import MAX_BYTES
from tests.conftest import NEEDLES, SECRETS
from tests.fake_engine import Ending, FakeEngine, make_error, make_result

BATCH = {"number": 3, "files": 120, "bytes": 4_500_000}


NAMES = {"pipeline": "p", "run_name": "p.manual__2026-01-01T00:00:00+00:00"}


class Task:
    """An operator outside a DAG, executed as the task runner does it."""

    def __init__(self, verb: str = "run", **arguments: Any) -> None:
        batch = BATCH if verb == "run" else None
        self.operator = SyncTaskOperator(task_id="t", verb=verb, batch=batch, **{**NAMES, **arguments})
        self.pushed: dict[str, Any] = {}

    def execute(self, try_number: int = 1, map_index: int = 2) -> Any:
        ti = SimpleNamespace(
            dag_id="d",
            run_id="manual__2026-01-01T00:00:00+00:00",
            task_id="t",
            map_index=map_index,
            try_number=try_number,
            xcom_push=lambda key, value: self.pushed.update({key: value}),
        )
        return self.operator.execute({"ti": ti, "run_id": ti.run_id})


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


def test_a_run_has_one_trace(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    for task in (Task("plan"), Task(), Task("finish")):
        task.execute()
    [parent] = {container.environment["TRACEPARENT"] for container in engine.created}
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", parent)
    assert f"trace {parent[3:35]}" in capsys.readouterr().out


def test_the_trace_is_the_one_that_airflow_hands_down(engine: FakeEngine) -> None:
    from airflow.sdk._shared.observability.traces import new_dagrun_trace_carrier
    from opentelemetry import context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = new_dagrun_trace_carrier()
    token = context.attach(TraceContextTextMapPropagator().extract(carrier))
    try:
        Task().execute()
    finally:
        context.detach(token)
    assert engine.created[0].environment["TRACEPARENT"] == carrier["traceparent"]


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
