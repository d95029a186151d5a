"""The DAG that copies past days again, one container a day."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from airflow.sdk import DAG, Param, TriggerRule, task

from sync_task_airflow import plain_errors
from sync_task_airflow.dag_arguments import dag_arguments, task_arguments
from sync_task_airflow.date_folder import date_folder_of
from sync_task_airflow.engine import SyncTaskOperator
from sync_task_airflow.pipeline import Pipeline, duration
from sync_task_airflow.publish import Verdict
from sync_task_airflow.selection import Selection
from sync_task_airflow.trigger_form import GATES, days_between

DOCS = """
# {dag}

Does days of `{pipeline}` again: every file below `{folder}` of each day that the pipeline takes is copied once more,
changed or not. Trigger it with the first and the last day. At most {parallel} days are at work at once, and never more
than the pool has slots.

**A day failed?** Mend the cause and clear that one task: it goes on where it was. So does a run whose worker died.
What such a run looks at is no measure of what is usual, and no gate judges it.
"""


def refresh_dag(pipeline: Pipeline) -> DAG:
    given = pipeline.part("refresh")
    name = given.get("dag", f"{pipeline.name}_full_refresh")
    selection = Selection(pipeline)
    own = date_folder_of(given["folder"]) if "folder" in given else selection.date_folder
    folder = own or date_folder_of(f"{selection.prefix.rstrip('/')}/%Y-%m-%d/".removeprefix("/"))
    docs = DOCS.format(dag=name, pipeline=pipeline.name, folder=folder.path, parallel=given["parallel"])

    def day_param(title: str) -> Param:
        # Not required: with required params, Airflow 3.3 has no context for a DAG's callbacks.
        return Param(None, type=["null", "string"], format="date", title=title, description_md="Such as `2024-03-01`.")

    with DAG(
        dag_id=name,
        schedule=None,
        doc_md=docs,
        # It has no schedule: it runs only when somebody triggers it.
        is_paused_upon_creation=False,
        params={
            "from_day": day_param("First day"),
            "to_day": day_param("Last day"),
            "force": Param(
                True, type="boolean", title="Copy everything again", description="Or only what is missing or changed."
            ),
        },
        **{**dag_arguments(pipeline), "description": f"Days of {pipeline.name} again"},
    ) as dag:

        @task(pool=task_arguments(pipeline)["pool"])
        def days(params: dict[str, Any], dag_run: Any) -> list[dict[str, Any]]:
            plain_errors.install()
            return [
                {
                    "title": day.isoformat(),
                    "run_name": f"{dag_run.dag_id}.{dag_run.run_id}.{day.isoformat()}",
                    "environment": day_environment(
                        selection, folder.on(midnight(day)), force=params["force"], gates=without_gates(pipeline)
                    ),
                }
                for day in days_between(params["from_day"], params["to_day"])
            ]

        refresh = SyncTaskOperator.partial(
            task_id="refresh",
            verb="sync",
            map_index_template="{{ task.label }}",
            max_active_tis_per_dagrun=given["parallel"],
            execution_timeout=duration(pipeline.part("container")["timeout"]),
            **task_arguments(pipeline),
        ).expand_kwargs(days())

        refresh >> Verdict(
            task_id="verdict", pipeline=pipeline.name, counted_by="refresh", trigger_rule=TriggerRule.NONE_FAILED
        )
    return dag


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def day_environment(selection: Selection, folder: str, *, force: bool, gates: str) -> dict[str, str]:
    """Settings for one day. They keep to the pipeline's own selection."""
    return {
        **selection.environment(folder),
        "SYNC_TASK_FORCE": "true" if force else "",
        "SYNC_TASK_GATE": gates,
    }


def without_gates(pipeline: Pipeline) -> str:
    """Keeps only `empty-target`: a part of the source is never usual, but a lost target is lost for a part, too."""
    own = [line for line in pipeline.settings.get("SYNC_TASK_GATE", "").split("\n") if line.startswith("empty-target=")]
    return "\n".join([*(f"{gate}=off" for gate in GATES if gate != "empty-target"), *own])
