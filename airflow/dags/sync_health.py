"""
# sync_health

Every 15 minutes: can each pipeline reach its source, its target and its state, and does it have the rights that it
needs? One task a pipeline; it writes and removes a hidden file at the target, and copies nothing.

A red task says in the last line of its log what is wrong. Who is told is said in the pipeline's file: `notify`, `when:
[health]`. **A host key that has changed** is said so: ask the server's operator before you change the connection.

A pipeline that is paused in Airflow is skipped, unless its file says `health: true`; with `health: false` there is no
task for it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from sync_task_airflow import SyncTaskOperator, notify
from sync_task_airflow.dag_arguments import task_arguments
from sync_task_airflow.pipeline import load_all

with DAG(
    dag_id="sync_health",
    description="Whether every pipeline could work",
    doc_md=__doc__,
    schedule="*/15 * * * *",
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["sync-task"],
    # A moment's trouble is not worth a message.
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
) as dag:
    for pipeline in load_all():
        health = pipeline.values.get("health")
        if health is not False:
            SyncTaskOperator(
                task_id=pipeline.name,
                verb="check",
                unless_paused=health is None,
                on_failure_callback=notify.on_health(pipeline) or None,
                execution_timeout=timedelta(minutes=5),
                **task_arguments(pipeline),
            )
