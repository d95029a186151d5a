"""
Airflow's trigger form of a pipeline, and the settings of sync-task that it fills in.

The settings are templates of the tasks, so Airflow shows their values under *Rendered Templates*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException

from sync_task_airflow.pipeline import Pipeline
from sync_task_airflow.selection import Selection

GATES = ("empty-source", "few-files", "many-files", "total-size", "file-size", "name-collision", "empty-target")
MOST_DAYS = 1000


@dataclass(frozen=True)
class Look:
    """A folder that a run looks at. `name` is its day, which tells it from the other folders of the run."""

    name: str
    folder: str


class TriggerForm:
    """The form of one pipeline. Templates call its methods."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.selection = Selection(pipeline)

    def params(self) -> dict[str, Param]:
        batches = self.pipeline.part("batches")
        days = self.selection.date_folder
        params = {
            "prefix": Param(
                self.selection.prefix,
                # With `string` alone, the form would require a value.
                type=["null", "string"],
                title="Prefix",
                description_md="Only what is below this folder of the source, for example `2024-03-01/`; `{ds}` "
                f"becomes the run's date. Empty: {'the folders of its days' if days else 'everything'}.",
            ),
            "since": Param(
                self.selection.since or None,
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
            "new_target": Param(
                False,
                type="boolean",
                title="The target is new",
                description="The pipeline delivered elsewhere until now, or its target was emptied: forget what was "
                "delivered, and deliver everything.",
            ),
            "same_files": Param(
                False,
                type="boolean",
                title="The same files have another address",
                description="Source or target moved with all that is there: go on with what is remembered of it.",
            ),
            "plan_anew": Param(
                False,
                type="boolean",
                title="Plan anew when cleared",
                description="Where the whole run is cleared, the source is listed again. Otherwise its plan is used "
                "again, with the files that it had.",
            ),
            "dry_run": Param(
                False,
                type="boolean",
                title="Only say what would be done",
                description_md="`plan` explains every file in its log; nothing is copied and nothing remembered.",
            ),
        }
        if days:
            for name, title in (("from_day", "First day"), ("to_day", "Last day")):
                params[name] = Param(
                    None,
                    type=["null", "string"],
                    format="date",
                    title=title,
                    description_md=f"Look into the folders `{days.path}` of these days instead. Both or none."
                    + (" A day is `ds` here." if days.is_template else ""),
                )
        return params

    def environment(self) -> dict[str, str]:
        """Templates for `plan`. They override the pipeline's settings; those that render empty are left out."""
        batches = self.pipeline.part("batches")
        return {
            "SYNC_TASK_PREFIX": "{{ form.prefix(params, dag_run) }}",
            "SYNC_TASK_INCLUDE": "\n".join(self.selection.include),
            "SYNC_TASK_SINCE": "{{ params.since or '' }}",
            "SYNC_TASK_BATCH_FILES": "{{ params.batch_files }}",
            "SYNC_TASK_BATCH_BYTES": batches["bytes"],
            "SYNC_TASK_MAX_BATCHES": str(batches["max"]),
            "SYNC_TASK_MAX_FILES": "{{ params.max_files or '' }}",
            "SYNC_TASK_MAX_BYTES": batches.get("max_bytes", ""),
            "SYNC_TASK_FORCE": "{{ 'true' if params.force else '' }}",
            "SYNC_TASK_ACCEPT": "{{ params.accept | join('\\n') }}",
            "SYNC_TASK_DRY_RUN": DRY_RUN,
            **self.moved(),
        }

    def moved(self) -> dict[str, str]:
        """For `check` too, which refuses a pipeline whose source or target has moved."""
        return {
            "SYNC_TASK_NEW_TARGET": "{{ 'true' if params.new_target else '' }}",
            "SYNC_TASK_SAME_FILES": "{{ 'true' if params.same_files else '' }}",
        }

    def attempt(self, params: Mapping[str, Any], try_number: int) -> str:
        """The suffix of a run that is planned anew: to sync-task, a new plan is a new run."""
        return f".again-{try_number}" if params.get("plan_anew") and try_number > 1 else ""

    def prefix(self, params: Mapping[str, Any], dag_run: Any) -> str:
        """The prefix of a run of a pipeline without folders of days."""
        return on_day(params["prefix"] or "", (dag_run.logical_date or dag_run.run_after).date())

    def is_usual(self, params: Mapping[str, Any]) -> bool:
        """Whether the form leaves the run's selection as it is."""
        asked = [params.get(name) for name in ("prefix", "from_day", "to_day", "dry_run")]
        return not any(asked) and (params.get("since") or "") == self.selection.since

    def looks(self, params: Mapping[str, Any], dag_run: Any, complete_until: date | None = None) -> list[Look]:
        """
        The folders that a run of a pipeline with folders of days looks at: those of its days, unless the form asks for
        others.

        :param complete_until: the last day that the last complete run has looked at.
        """
        days = self.selection.date_folder
        assert days
        due, interval = self.due(dag_run)
        if params.get("from_day") or params.get("to_day"):
            asked = days_between(params.get("from_day"), params.get("to_day"))
            moments = [datetime.combine(day, due.timetz()) for day in asked]
            return distinct([Look(at.date().isoformat(), days.on(at, interval)) for at in moments])
        if params.get("prefix"):
            folder = self.prefix(params, dag_run)
            return [Look("asked", folder)]
        moments = days.days_of(due, complete_until)
        return distinct([Look(at.date().isoformat(), days.on(at, interval)) for at in moments])

    def newest_day(self, dag_run: Any) -> date:
        days = self.selection.date_folder
        assert days
        return (self.due(dag_run)[0] - timedelta(days=days.lag)).date()

    def due(self, dag_run: Any) -> tuple[datetime, timedelta]:
        """The time of the run in the pipeline's time zone, and the length of its data interval."""
        at = dag_run.data_interval_end or dag_run.logical_date or dag_run.run_after
        start = dag_run.data_interval_start or at
        return datetime.fromtimestamp(at.timestamp(), self.pipeline.timezone), at - start


def distinct(looks: list[Look]) -> list[Look]:
    """Each folder once: days may share one, such as a month's."""
    return [*{look.folder: look for look in reversed(looks)}.values()][::-1]


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
    """Fills in `{ds}` and `{ds_nodash}`, which the form's prefix may contain."""
    return text.replace("{ds}", day.isoformat()).replace("{ds_nodash}", day.strftime("%Y%m%d"))
