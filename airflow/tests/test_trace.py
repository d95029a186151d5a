"""One trace for a run, from Airflow down to the lines of the container's log."""

from __future__ import annotations

import re

import pytest

from tests.docker_task import Task
from tests.fake_engine import FakeEngine


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
