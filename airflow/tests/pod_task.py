"""A task on the Kubernetes engine, outside of any DAG."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import TaskDeferred

from sync_task_airflow.kubernetes_engine import KubernetesSyncTask

BATCH = {"number": 3, "files": 120, "bytes": 4_500_000}


class Task:
    def __init__(self, verb: str = "run", **arguments: Any) -> None:
        batch = BATCH if verb == "run" else None
        self.arguments = {"verb": verb, "batch": batch, "pipeline": "p", "run_name": "d.r", **arguments}
        self.pushed: dict[str, Any] = {}

    def context(self, try_number: int = 1) -> Any:
        ti = SimpleNamespace(
            dag_id="d",
            run_id="r",
            task_id="t",
            map_index=2,
            try_number=try_number,
            xcom_push=lambda key, value: self.pushed.update({key: value}),
        )
        return {"ti": ti, "run_id": "r", "dag": SimpleNamespace(parent_dag=False)}

    def execute(self, try_number: int = 1) -> Any:
        self.operator = KubernetesSyncTask(task_id="t", **self.arguments)
        return self.operator.execute(self.context(try_number))

    def defer(self) -> TaskDeferred:
        with pytest.raises(TaskDeferred) as raised:
            self.execute()
        return raised.value

    def resume(self, deferred: TaskDeferred, status: str = "success") -> Any:
        """As the triggerer's event has it done: in a process of its own."""
        self.operator = KubernetesSyncTask(task_id="t", **self.arguments)
        trigger = deferred.trigger
        event = {"status": status, "message": "m", "name": trigger.pod_name, "namespace": trigger.pod_namespace}
        return getattr(self.operator, deferred.method_name)(self.context(), event)
