"""Runs sync-task's commands as containers from Airflow, and turns pipelines in YAML files into DAGs."""

from typing import Any

__all__ = ["SyncTaskOperator"]


def __getattr__(name: str) -> Any:
    """Imported when asked for: the operator's provider takes a second, and the scheduler needs only the bundle."""
    if name == "SyncTaskOperator":
        from sync_task_airflow.engine import SyncTaskOperator

        return SyncTaskOperator
    raise AttributeError(name)
