"""A task on the Docker engine, outside of any DAG."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sync_task_airflow import SyncTaskOperator

BATCH = {"number": 3, "files": 120, "bytes": 4_500_000}
NAMES = {"pipeline": "p", "run_name": "p.manual__2026-01-01T00:00:00+00:00"}


class Task:
    """Executed as the task runner does it."""

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
