"""Arguments that the DAGs of a pipeline share, and those that their tasks share."""

from __future__ import annotations

from typing import Any

from sync_task_airflow import notify
from sync_task_airflow.pipeline import Pipeline, duration, start_of
from sync_task_airflow.schema import default_of


def dag_arguments(pipeline: Pipeline) -> dict[str, Any]:
    """Of every DAG of a pipeline."""
    retries = pipeline.part("retries")
    return {
        "description": pipeline.values["description"],
        "start_date": start_of(pipeline),
        "catchup": False,
        # Two runs at once would plan the same files.
        "max_active_runs": 1,
        "tags": ["sync-task", *pipeline.values.get("tags", [])],
        "on_success_callback": notify.on("success", pipeline) or None,
        "on_failure_callback": notify.on("failure", pipeline) or None,
        "default_args": {
            "owner": pipeline.values.get("owner", default_of("owner")),
            # Only for passing problems (exit 75, a killed container). What a retry cannot mend fails at once.
            "retries": retries["count"],
            "retry_delay": duration(retries["delay"]),
            "retry_exponential_backoff": True,
            "max_retry_delay": duration(retries["max_delay"]),
        },
    }


def task_arguments(pipeline: Pipeline) -> dict[str, Any]:
    """Of every task that starts a container."""
    container = pipeline.part("container")
    return {
        "pipeline": pipeline.name,
        "pool": pipeline.values.get("pool", default_of("pool")),
        "source_conn_id": pipeline.source_conn_id,
        "target_conn_id": pipeline.target_conn_id,
        "state_conn_id": pipeline.state_conn_id,
        "source_path": pipeline.values["source"].get("path"),
        "target_path": pipeline.values["target"].get("path"),
        "settings": pipeline.settings,
        "image": container.get("image"),
        "cpus": container["cpus"],
        "memory": container["memory"],
        "kubernetes": dict(pipeline.part("kubernetes")),
    }
