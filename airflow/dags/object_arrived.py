"""
# object_arrived

Copies one object at once, by every pipeline that has it in its source. Trigger it from what noticed the object:

    {"uri": "sftp://sftp.example.com/outgoing/2026-11-21/orders.csv"}
    {"uri": "s3://landing/2026-11-21/orders.csv", "pipeline": "s3_to_sftp"}

A pipeline that is paused in Airflow is left out, even by name. The pipeline's own selection, transforms and memory
hold: an object that it would not take is left alone (of folders of days it takes those that a run would look at, and
today's), one that it has copied already is not copied twice, whether the daily run did it or an earlier event. No gate
judges such a run, and it is no measure of what is usual.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param, task

from sync_task_airflow import SyncTaskOperator

with DAG(
    dag_id="object_arrived",
    description="One object, as soon as it is there",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    # Objects arrive at the same time.
    max_active_runs=8,
    tags=["sync-task"],
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30), "retry_exponential_backoff": True},
    params={
        "uri": Param(
            type="string",
            pattern="^(sftp|s3)://[^/?#]+/.",
            maxLength=4096,
            title="URI",
            description_md="The object: `sftp://host/path` or `s3://bucket/key`. No user, no password.",
        ),
        "pipeline": Param(
            None, type=["null", "string"], title="Pipeline", description="Only by this one. Default: by all."
        ),
    },
) as dag:

    @task(retries=0)
    def find(params: dict[str, Any], dag_run: Any, ti: Any) -> list[dict[str, Any]]:
        from sync_task_airflow.arrived import tasks_for
        from sync_task_airflow.paused import is_paused
        from sync_task_airflow.plain_errors import install

        install()
        run = f"{dag_run.dag_id}.{dag_run.run_id}"
        return tasks_for(params["uri"], params["pipeline"], run, lambda name: is_paused(ti, name))

    SyncTaskOperator.partial(
        task_id="copy",
        verb="sync",
        unless_paused=True,
        pool="sync_task",
        map_index_template="{{ task.label }}",
        execution_timeout=timedelta(hours=2),
    ).expand_kwargs(find())
