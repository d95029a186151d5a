"""
# example_consumer

An example of what comes after a copy: it starts when a run of `sftp_sync` has brought files, and knows which run that
was. Write your own like this: Spark, dbt, a training.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import DAG, task

from sync_task_airflow.publish import asset_of

ARRIVED = asset_of("sftp_sync")

with DAG(
    dag_id="example_consumer",
    description="Starts when sftp_sync has brought files (an example)",
    doc_md=__doc__,
    schedule=[ARRIVED],
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    tags=["example"],
) as dag:

    @task
    def look(triggering_asset_events: Any) -> list[str]:
        """The runs that brought something, with what they counted."""
        runs = []
        for event in triggering_asset_events[ARRIVED]:
            files, size = event.extra["files"]["copied"], event.extra["bytes"]["written"]
            print(f"{event.extra['run']}: {files} files, {size} bytes")
            runs.append(event.extra["run"])
        return runs

    look()
