"""
What a run may be asked for in Airflow's trigger form, and how that becomes sync-task's settings.

The settings are templates on the tasks, so that Airflow shows what they became (*Rendered Templates*).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException

from sync_task_airflow.pipeline import Pipeline, in_form

GATES = ("empty-source", "few-files", "many-files", "total-size", "file-size", "name-collision", "empty-target")
MOST_DAYS = 1000


class TriggerForm:
    """The form of one pipeline. Its methods are what the templates call."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.selection = pipeline.part("selection")

    def params(self) -> dict[str, Param]:
        batches = self.pipeline.part("batches")
        folder = self.pipeline.date_folder or in_form(self.selection.get("prefix", ""))
        params = {
            "prefix": Param(
                folder,
                # With `string` alone the form would insist on one.
                type=["null", "string"],
                title="Prefix",
                description_md="Only what is below this folder of the source, for example `2024-03-01/`; `{ds}` "
                "becomes the run's date. Empty: everything.",
            ),
            "since": Param(
                self.selection.get("since"),
                type=["null", "string"],
                title="Modified since",
                description_md="Leave out files last modified before: `2026-11-21`, an ISO time, an age such as `7d`.",
            ),
            "batch_files": Param(
                batches["files"],
                type="integer",
                minimum=1,
                maximum=1_000_000,
                title="Files in a batch",
                description="At most so many files in one batch. Every batch is one task and one container.",
            ),
            "max_files": Param(
                batches.get("max_files"),
                type=["null", "integer"],
                minimum=1,
                title="Files in this run",
                description="Copy at most so many; the rest waits for the next run.",
            ),
            "force": Param(
                False,
                type="boolean",
                title="Copy everything again",
                description="Also what was copied before and has not changed since.",
            ),
            "accept": Param(
                [],
                type="array",
                items={"type": "string", "enum": list(GATES)},
                examples=list(GATES),
                title="Gates to let through",
                description="A plan that these gates would refuse is carried out this time. Look at the source first.",
            ),
            "dry_run": Param(
                False,
                type="boolean",
                title="Only say what would be done",
                description_md="`plan` explains every file in its log; nothing is copied and nothing remembered.",
            ),
        }
        if self.pipeline.date_folder:
            for name, title in (("from_day", "First day"), ("to_day", "Last day")):
                params[name] = Param(
                    None,
                    type=["null", "string"],
                    format="date",
                    title=title,
                    description_md=f"Look into the folders `{self.pipeline.date_folder}` of these days instead of the "
                    "prefix. Both or none.",
                )
        return params

    def environment(self) -> dict[str, str]:
        """Templates for `plan`: they win over the pipeline's settings, and are left out where they become empty."""
        batches = self.pipeline.part("batches")
        return {
            "SYNC_TASK_PREFIX": "{{ form.prefix(params, dag_run) }}",
            "SYNC_TASK_INCLUDE": "{{ form.include(params) }}",
            "SYNC_TASK_SINCE": "{{ params.since or '' }}",
            "SYNC_TASK_BATCH_FILES": "{{ params.batch_files }}",
            "SYNC_TASK_BATCH_BYTES": batches["bytes"],
            "SYNC_TASK_MAX_BATCHES": str(batches["max"]),
            "SYNC_TASK_MAX_FILES": "{{ params.max_files or '' }}",
            "SYNC_TASK_MAX_BYTES": batches.get("max_bytes", ""),
            "SYNC_TASK_FORCE": "{{ 'true' if params.force else '' }}",
            "SYNC_TASK_ACCEPT": "{{ params.accept | join('\\n') }}",
            "SYNC_TASK_DRY_RUN": DRY_RUN,
        }

    def prefix(self, params: Mapping[str, Any], dag_run: Any) -> str:
        if self.range(params):
            return ""
        return on_day(params["prefix"] or "", (dag_run.logical_date or dag_run.run_after).date())

    def include(self, params: Mapping[str, Any]) -> str:
        globs = self.selection.get("include", [])
        days = self.range(params)
        if not days:
            return "\n".join(globs)
        folders = [on_day(self.pipeline.date_folder or "", day).rstrip("/") for day in days]
        # Globs that match at any depth, which is what a pipeline with date folders may have: so below a folder, too.
        return "\n".join(f"{folder}/**/{glob.removeprefix('**/')}" for folder in folders for glob in globs or ["**"])

    def range(self, params: Mapping[str, Any]) -> list[date]:
        """The days between two that were asked for, both included."""
        first, last = params.get("from_day"), params.get("to_day")
        if not first and not last:
            return []
        return days_between(first, last)


DRY_RUN = "{{ 'true' if params.dry_run else '' }}"


def days_between(first: str | None, last: str | None) -> list[date]:
    if not first or not last:
        raise AirflowFailException("a first and a last day belong together: give both")
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    count = (end - start).days + 1
    if not 1 <= count <= MOST_DAYS:
        raise AirflowFailException(f"{first} to {last} are {max(count, 0)} days: 1 to {MOST_DAYS} can be asked for")
    return [start + timedelta(days=number) for number in range(count)]


def on_day(text: str, day: date) -> str:
    return text.replace("{ds}", day.isoformat()).replace("{ds_nodash}", day.strftime("%Y%m%d"))
