"""Who hears of a run: through Airflow's own notifiers, to a server on this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import timezone

from sync_task_airflow import notify
from sync_task_airflow.pipeline import load
from sync_task_airflow.result import GateRefused
from tests.bags import bag_of, bundle_of
from tests.fake_engine import Ending, FakeEngine, make_error, make_result
from tests.webhook import Webhook

FILE = """
description: d
source: {connection: source_sftp_conn}
target: {connection: target_sftp_conn}
schedule: "@daily"
deadline: 2h
notify:
  - when: [success, failure]
    webhook: {connection: hook, endpoint: runs}
  - when: [gate, late, health]
    webhook: {connection: hook, endpoint: alarms}
"""


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with Webhook() as server:
        monkeypatch.setenv("AIRFLOW_CONN_HOOK", server.connection)
        yield server


@pytest.fixture
def folder(tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pipelines of this test alone, for every bundle of Airflow."""
    from airflow.dag_processing.bundles import manager

    (tmp_path / "told.yaml").write_text(FILE)
    bundles = [
        {
            "name": "pipelines",
            "classpath": "sync_task_airflow.bundle.PipelineBundle",
            "kwargs": {"pipelines": str(tmp_path)},
        }
    ]
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST", json.dumps(bundles))
    assert manager.DagBundlesManager().get_bundle("pipelines").pipelines == tmp_path
    return tmp_path


def test_success_and_failure(folder: Path, webhook: Webhook) -> None:
    """The callbacks of a DAG, as the DAG processor calls them."""
    for failed in (False, True):
        call_back(folder, failed=failed)
    assert webhook.received == [
        {"path": "/runs", "event": event, "pipeline": "told", "dag": "told", "run": "r", "text": f"told, run r, {text}"}
        for event, text in (("success", "is done"), ("failure", "has failed: its red tasks say why"))
    ]


def call_back(folder: Path, *, failed: bool) -> None:
    import structlog
    from airflow.callbacks.callback_requests import DagCallbackRequest
    from airflow.dag_processing.processor import _execute_dag_callbacks

    request = DagCallbackRequest(
        filepath="told.py",
        bundle_name="pipelines",
        bundle_version=None,
        dag_id="told",
        run_id="r",
        is_failure_callback=failed,
        msg="",
    )
    _execute_dag_callbacks(bag_of(bundle_of(folder, "pipelines")), request, structlog.get_logger())


def test_a_gate(folder: Path, engine: FakeEngine, webhook: Webhook) -> None:
    """A callback of `plan`, as the task runner calls it; other failures of `plan` are no gate's."""
    # `dag.test()` cannot run what has a deadline.
    (folder / "told.yaml").write_text(FILE.replace("deadline: 2h\n", "").replace("late, ", ""))
    dag = bag_of(bundle_of(folder, "pipelines")).dags["told"]
    refused = make_result("plan", status="refused", errors=[make_error("run r is refused by gate few-files")])
    dag.on_failure_callback = None
    for number, result in enumerate((refused, make_result("plan"))):
        endings = {"check": Ending(result=make_result("check")), "plan": Ending(65, result)}
        engine.behave = lambda command, endings=endings: endings.get(command[0], Ending())
        assert dag.test(logical_date=timezone.datetime(2024, 7, 3 + number)).state == "failed"
    [told] = webhook.received
    assert (told["event"], told["path"]) == ("gate", "/alarms")
    assert "was refused by a gate and has copied nothing" in told["text"]
    assert "run r is refused by gate few-files" in told["text"]


def test_late_runs(folder: Path, webhook: Webhook) -> None:
    """The alert as Airflow stores it, and its callback as the triggerer calls it."""
    from airflow.triggers.callback import CallbackTrigger

    [alert] = notify.deadlines(load(folder / "told.yaml"))
    assert alert.reference.reference_name == "DagRunQueuedAtDeadline"
    assert alert.interval.total_seconds() == 7200
    trigger = CallbackTrigger(alert.callback.path, dict(alert.callback.kwargs))

    async def events() -> list[Any]:
        return [event.payload["state"] async for event in trigger.run()]

    assert [str(state) for state in asyncio.run(events())] == ["running", "success"]
    [told] = webhook.received
    assert (told["path"], told["event"], told["text"]) == ("/alarms", "late", "a run of told is late")


def test_a_host_key_that_changed(
    folder: Path, engine: FakeEngine, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.dag_processing.dagbag import DagBag

    from tests.conftest import ROOT

    monkeypatch.setenv("SYNC_TASK_PIPELINES", str(folder))
    changed = {**make_error("source a.example shows host key SHA256:x"), "reason": "host-key-changed"}
    engine.behave = lambda _command: Ending(77, make_result("check", errors=[changed]))
    dag = DagBag(ROOT / "dags/sync_health.py").dags["sync_health"]
    assert [task.task_id for task in dag.tasks] == ["told"]
    run_health(dag)
    [told] = webhook.received
    assert (told["path"], told["event"]) == ("/alarms", "health")
    assert "says that the pipeline told cannot work: " in told["text"]
    assert "A HOST KEY HAS CHANGED" in told["text"]
    assert "SHA256:x" in told["text"]


def run_health(dag: Any) -> None:
    """Its one task, as the task runner does it: `dag.test()` would look for the DAG in the bundles of this test."""
    from types import SimpleNamespace

    task = dag.tasks[0]
    ti = SimpleNamespace(dag_id=dag.dag_id, run_id="r", task_id=task.task_id, map_index=-1, try_number=1)
    ti.xcom_push = lambda key, value: None
    task.run_name = "r"
    context = {"ti": ti, "run_id": "r", "dag": dag}
    try:
        task.execute(context)
    except Exception as error:
        for callback in task.on_failure_callback:
            callback({**context, "exception": error})


@pytest.mark.parametrize(
    ("kind", "given", "event", "expected"),
    [
        ("slack", {"connection": "c", "channel": "#x"}, "success", {"slack_conn_id": "c", "channel": "#x"}),
        ("email", {"connection": "c", "to": ["a@b"]}, "failure", {"smtp_conn_id": "c", "to": ["a@b"]}),
        ("pagerduty", {"connection": "c"}, "late", {"pagerduty_events_conn_id": "c", "dedup_key": "p"}),
    ],
)
def test_the_other_notifiers(kind: str, given: dict[str, Any], event: str, expected: dict[str, Any]) -> None:
    assert expected.items() <= notify.arguments_of(kind, given, event, "p", "a run").items()


def test_mail_is_made_by_the_provider_that_is_there(tmp_path: Path) -> None:
    text = FILE.replace("webhook: {connection: hook, endpoint: runs}", 'email: {connection: smtp, to: ["a@b.example"]}')
    (tmp_path / "mail.yaml").write_text(text)
    [mail] = notify.on("failure", load(tmp_path / "mail.yaml"))
    assert (type(mail).__name__, mail.to) == ("SmtpNotifier", ["a@b.example"])


@pytest.mark.parametrize("event", ["gate", "health"])
@pytest.mark.parametrize(
    ("kind", "field", "shown"),
    [
        ("email", "html_content", "&lt;b&gt;&amp;&#34;"),
        ("slack", "text", '&lt;b&gt;&amp;"'),
        ("pagerduty", "summary", '<b>&"'),
        ("webhook", "json", '<b>&"'),
    ],
)
def test_names_of_files_are_text_and_nothing_else(event: str, kind: str, field: str, shown: str) -> None:
    """What a callback renders: names neither become markup, nor hide, nor turn what is written."""
    from types import SimpleNamespace

    from jinja2 import Environment

    given = {"connection": "c", "to": ["a@b.example"]}
    template = notify.arguments_of(kind, given, event, "p", "{{ dag.dag_id }}, run {{ run_id }},")[field]
    template = template["text"] if isinstance(template, dict) else template
    rendered = []
    callback = notify.of_exception(lambda context: rendered.append(Environment().from_string(template).render(context)))
    error = GateRefused('refused: <b>&"\r\nBcc: x\x9b\u202e.txt {{ 7 * 7 }}')
    callback({"dag": SimpleNamespace(dag_id="d<i>"), "run_id": "r", "exception": error})
    [text] = rendered
    assert f"refused: {shown}" in text
    assert r"\x0d\x0aBcc: x\x9b\u202e.txt {{ 7 * 7 }}" in text
    assert ("<i>" in text) == (kind in ("webhook", "pagerduty"))
    assert text.isprintable()
