"""
The last task of a run. It fails when any task before it failed; otherwise it tells Airflow that data has arrived.

It publishes an event of the pipeline's Asset, with the run and its counts as extra. DAGs that are scheduled by the
asset then start, and know which run they are for. A run that copied nothing publishes nothing: the asset is published
through an alias, which a task may leave unused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, AssetAlias, BaseOperator

from sync_task_airflow.words import counted

if TYPE_CHECKING:
    from airflow.sdk.types import Context

# XComs: the newest day that a run looks at, and the same once the run is complete.
NEWEST_DAY = "newest_day"
COMPLETE_UNTIL = "complete_until"


def asset_of(pipeline: str) -> Asset:
    """For the schedule of a downstream DAG."""
    return Asset(name=pipeline, uri=f"sync-task://{pipeline}")


class Verdict(BaseOperator):
    """
    :param pipeline: the pipeline whose asset is published.
    :param counted_by: the task whose counts say whether data has arrived.
    :param days_of: the task that chose the days of the run, if it has days. Once all of them are complete, the next run
        need not make up for them.
    """

    ui_color = "#e6f2f0"

    def __init__(self, *, pipeline: str, counted_by: str, days_of: str | None = None, **kwargs: Any) -> None:
        self.alias = AssetAlias(f"{pipeline}_arrived")
        super().__init__(outlets=[self.alias], **kwargs)
        self.pipeline = pipeline
        self.counted_by = counted_by
        self.days_of = days_of

    def execute(self, context: Context) -> None:
        results = context["ti"].xcom_pull(task_ids=self.counted_by, key="result")
        # A mapped task has many results, a skipped task none.
        counts = [results] if isinstance(results, dict) else [*(results or [])]
        for result in counts:
            copied = result.get("files", {}).get("copied", 0) if result else 0
            if copied > 0:
                context["outlet_events"][self.alias].add(asset_of(self.pipeline), extra=result)
                have = "has" if copied == 1 else "have"
                self.log.info("%s %s arrived: published as %s", counted(copied, "file"), have, self.pipeline)
        self._note_days(context["ti"], context["dag_run"], counts)

    def _note_days(self, ti: Any, dag_run: Any, counts: list[Any]) -> None:
        newest = ti.xcom_pull(task_ids=self.days_of, key=NEWEST_DAY) if self.days_of else None
        # Runs without a logical date have no order.
        if newest and dag_run.logical_date and counts and all(map(is_complete, counts)):
            ti.xcom_push(key=COMPLETE_UNTIL, value=newest)


def is_complete(result: Any) -> bool:
    """Whether the run is done and left nothing for a later run."""
    return bool(result) and result.get("status") == "done" and result.get("files", {}).get("deferred", 0) == 0
