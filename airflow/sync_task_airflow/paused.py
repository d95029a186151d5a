"""Whether a pipeline is paused. Airflow decides; its file only says how it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowRuntimeError

if TYPE_CHECKING:
    from airflow.sdk.types import RuntimeTaskInstanceProtocol

NOT_FOUND = 404


def is_paused(ti: RuntimeTaskInstanceProtocol, dag_id: str) -> bool:
    """A DAG that Airflow has not parsed yet counts as paused: nobody has switched it on."""
    try:
        return ti.get_dag(dag_id).is_paused
    except Exception as error:
        if status_of(error) == NOT_FOUND:
            return True
        raise


def status_of(error: Exception) -> int | None:
    """The API server's answer, as a worker sees it or as `dag.test()` does."""
    if isinstance(error, AirflowRuntimeError):
        return (error.error.detail or {}).get("status_code")
    return getattr(getattr(error, "response", None), "status_code", None)
