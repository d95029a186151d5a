"""The button from a task to its report."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, BaseOperatorLink


class ReportLink(BaseOperatorLink):
    """A button at the task, below *Details*. It opens the run's report on the site `SYNC_TASK_REPORTS_URL`."""

    name = "Report"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        return getattr(operator, "report_url", "")
