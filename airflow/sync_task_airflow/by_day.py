"""
Tasks of a pipeline with a folder for each day. A run plans, gates and finishes each day separately: the day before
cannot hide that yesterday is empty, and a refused day does not stop the others.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from airflow.sdk import TriggerRule, get_current_context, task

from sync_task_airflow import plain_errors
from sync_task_airflow.date_folder import MOST_MISSED_DAYS
from sync_task_airflow.publish import COMPLETE_UNTIL, NEWEST_DAY
from sync_task_airflow.trigger_form import TriggerForm


def days_task(form: TriggerForm, **arguments: Any) -> Any:
    """The days to plan, one folder each."""

    @task(task_id="days", **arguments)
    def days() -> list[dict[str, Any]]:
        plain_errors.install()
        context = get_current_context()
        ti, run, params = context["ti"], context["dag_run"], context["params"]
        complete_until = None
        if form.is_usual(params):
            newest = form.newest_day(run)
            complete_until = last_complete(ti)
            ti.xcom_push(key=NEWEST_DAY, value=newest.isoformat())
            warn_of_gap(context["task"].log, complete_until, newest)
        settings = context["task"].render_template(form.environment(), context)
        looks = form.looks(params, run, complete_until)
        context["task"].log.info("looking at %s", ", ".join(look.folder for look in looks))
        return [
            {
                "title": look.folder.rstrip("/"),
                "run_name": f"{run.dag_id}.{run.run_id}.{look.name}{form.attempt(params, ti.try_number)}",
                "environment": {**settings, "SYNC_TASK_PREFIX": look.folder},
            }
            for look in looks
        ]

    return days()


def batches_task(**arguments: Any) -> Any:
    """The batches of every day whose plan succeeded."""

    @task(task_id="batches", trigger_rule=TriggerRule.ALL_DONE, **arguments)
    def batches() -> list[dict[str, Any]]:
        ti = get_current_context()["ti"]
        days = ti.xcom_pull(task_ids="days") or []
        plans = ti.xcom_pull(task_ids="plan", map_indexes=range(len(days)))
        return [
            {"title": day["title"], "run_name": day["run_name"], "batch": batch}
            for day, plan in zip(days, plans, strict=True)
            for batch in plan or []
        ]

    return batches()


def without_environment(day: dict[str, Any]) -> dict[str, Any]:
    return {"title": day["title"], "run_name": day["run_name"]}


def last_complete(ti: Any) -> date | None:
    """The newest day of the last complete run before this one."""
    said = ti.xcom_pull(task_ids="verdict", key=COMPLETE_UNTIL, include_prior_dates=True, map_indexes=-1)
    return date.fromisoformat(said) if said else None


def warn_of_gap(log: Any, complete_until: date | None, newest: date) -> None:
    if complete_until is not None and (newest - complete_until).days > MOST_MISSED_DAYS:
        log.warning(
            "the last complete run looked at %s: the days after it but before the last %s are left out. Trigger a run "
            "with a first and a last day to copy them",
            complete_until,
            MOST_MISSED_DAYS,
        )
