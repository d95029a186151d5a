"""
The trace of a run, as https://www.w3.org/TR/trace-context/ has it. Every line of the container's log and Postgres'
`application_name` carry it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk.types import RuntimeTaskInstanceProtocol

TRACE = "TRACEPARENT"


def trace_of(ti: RuntimeTaskInstanceProtocol) -> str:
    """The trace that Airflow hands down to its tasks, whether or not it exports traces; otherwise one for the run."""
    return current_traceparent() or traceparent_of(ti.dag_id, ti.run_id)


def current_traceparent() -> str | None:
    """None where OpenTelemetry is not installed, or nothing is traced."""
    try:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    except ImportError:
        return None
    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


def traceparent_of(dag_id: str, run_id: str) -> str:
    """The same for every task of a run. Marked as not sampled: nobody exports its spans."""
    digest = hashlib.sha256(f"{dag_id}\0{run_id}".encode()).hexdigest()
    return f"00-{digest[:32]}-{digest[32:48]}-00"
