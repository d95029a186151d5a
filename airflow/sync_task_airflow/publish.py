"""
The last task of a run: red where anything before it failed, and otherwise the one that tells Airflow that data has
arrived.

The event is an Asset's, with the run and its counts as extra, so that a DAG scheduled by the asset starts, and knows
what for. A run that has copied nothing tells nobody: so the asset is published through an alias, which a task may
leave alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, AssetAlias, BaseOperator

from sync_task_airflow.words import counted

if TYPE_CHECKING:
    from airflow.sdk.types import Context

# XComs: the last day that a run looks at, and that of a run which is complete.
NEWEST_DAY = "newest_day"
COMPLETE_UNTIL = "complete_until"


def asset_of(pipeline: str) -> Asset:
    """What a downstream DAG names as its schedule."""
    return Asset(name=pipeline, uri=f"sync-task://{pipeline}")


class Verdict(BaseOperator):
    """
    :param pipeline: whose asset it is.
    :param counted_by: the tasks whose counts tell whether data has arrived.
    :param days_of: the task that chose the days of the run, where it has any: once all of them are complete, the next
        run need not look at them again for having been missed.
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
        # A mapped task gives many, and one that was skipped none.
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
        # A run without a logical date has no place among the others.
        if newest and dag_run.logical_date and counts and all(map(is_complete, counts)):
            ti.xcom_push(key=COMPLETE_UNTIL, value=newest)


def is_complete(result: Any) -> bool:
    """Whether nothing was left for a later run either."""
    return bool(result) and result.get("status") == "done" and result.get("files", {}).get("deferred", 0) == 0
