"""Runs sync-task's commands as containers from Airflow, and makes DAGs of the pipelines that YAML files declare."""

from typing import Any

__all__ = ["SyncTaskOperator"]


def __getattr__(name: str) -> Any:
    """The operator's provider takes a second to import, and the scheduler, which reads the bundle alone, needs none."""
    if name == "SyncTaskOperator":
        from sync_task_airflow.engine import SyncTaskOperator

        return SyncTaskOperator
    raise AttributeError(name)
