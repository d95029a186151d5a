"""Runs sync-task's commands as containers from Airflow."""

from sync_task_airflow.operator import SyncTaskOperator

__all__ = ["SyncTaskOperator"]
