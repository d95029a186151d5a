"""Whether a pipeline is paused, as a worker asks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

from sync_task_airflow.paused import is_paused


def answering(status: int | None) -> Any:
    detail = {"status_code": status, "message": "no"}

    def get_dag(_dag_id: str) -> Any:
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail=detail))

    return SimpleNamespace(get_dag=get_dag)


@pytest.mark.parametrize("paused", [True, False])
def test_it_is_what_airflow_says(paused: bool) -> None:
    asked = []
    ti = SimpleNamespace(get_dag=lambda dag_id: (asked.append(dag_id), SimpleNamespace(is_paused=paused))[1])
    assert is_paused(ti, "mine") is paused
    assert asked == ["mine"]


def test_what_airflow_does_not_know_was_not_switched_on() -> None:
    assert is_paused(answering(404), "mine") is True


@pytest.mark.parametrize("status", [500, 401, None])
def test_an_answer_that_is_none_is_an_error(status: int | None) -> None:
    with pytest.raises(AirflowRuntimeError):
        is_paused(answering(status), "mine")
