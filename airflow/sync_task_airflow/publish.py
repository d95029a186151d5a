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

if TYPE_CHECKING:
    from airflow.sdk.types import Context


def asset_of(pipeline: str) -> Asset:
    """What a downstream DAG names as its schedule."""
    return Asset(name=pipeline, uri=f"sync-task://{pipeline}")


class Verdict(BaseOperator):
    """
    :param pipeline: whose asset it is.
    :param counted_by: the tasks whose counts tell whether data has arrived.
    """

    ui_color = "#e6f2f0"

    def __init__(self, *, pipeline: str, counted_by: str, **kwargs: Any) -> None:
        self.alias = AssetAlias(f"{pipeline}_arrived")
        super().__init__(outlets=[self.alias], **kwargs)
        self.pipeline = pipeline
        self.counted_by = counted_by

    def execute(self, context: Context) -> None:
        results = context["ti"].xcom_pull(task_ids=self.counted_by, key="result")
        # A mapped task gives many, and one that was skipped none.
        for result in [results] if isinstance(results, dict) else [*(results or [])]:
            if result and result.get("files", {}).get("copied", 0) > 0:
                context["outlet_events"][self.alias].add(asset_of(self.pipeline), extra=result)
                self.log.info("%s files have arrived: published as %s", result["files"]["copied"], self.pipeline)
