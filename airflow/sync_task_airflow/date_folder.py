"""
Folders of days: the folder of each day, and the days that a run looks at.

A run looks back. In Airflow 3 a scheduled run has the date of the day that has just begun, so by default it looks at
yesterday (`lag: 1`), and again at the day before (`days: 2`) for late files. Nothing is copied twice, so a second look
costs one listing. After a missed night, the next run looks at every day since the last complete run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

# Short forms. Here the day is the one looked at, not that of the run.
SHORT = {"ds": "%Y-%m-%d", "ds_nodash": "%Y%m%d"}
SHORT_FORM = re.compile(r"\{\{ *(ds|ds_nodash) *\}\}")
DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
OF_A_DAY = "YymdjGVuwUWaAbB%"
# A longer gap needs a person, who can give a range of days in the trigger form.
MOST_MISSED_DAYS = 31


@dataclass(frozen=True)
class DateFolder:
    """
    :param path: with directives of `strftime`, filled in with the day looked at; or an Airflow template, filled in with
        the day of the run.
    :param days: how many days a run looks at.
    :param lag: days from the newest of them to the day of the run.
    """

    path: str
    days: int
    lag: int

    @property
    def is_template(self) -> bool:
        return "{{" in self.path

    def on(self, moment: datetime, interval: timedelta = timedelta(0)) -> str:
        """
        The folder of a day.

        :param moment: a time on that day, in the pipeline's time zone; for a template, the time of the run.
        :param interval: length of the data interval that ends then; zero by default in Airflow 3.
        """
        if not self.is_template:
            return moment.strftime(self.path)
        import pendulum

        # Airflow's contexts have pendulum's type, and templates use its methods.
        moment = pendulum.instance(moment)
        ds = moment.date().isoformat()
        return (
            environment()
            .from_string(self.path)
            .render(
                ds=ds,
                ds_nodash=ds.replace("-", ""),
                ts=moment.isoformat(),
                logical_date=moment - interval,
                data_interval_start=moment - interval,
                data_interval_end=moment,
                macros=macros(),
            )
        )

    def days_of(self, run: datetime, complete_until: date | None = None) -> list[datetime]:
        """
        The days that a run looks at, newest first: `days` of them, and those that missed runs would have looked at.

        :param complete_until: the newest day of the last complete run.
        """
        count = self.days
        if complete_until is not None:
            newest = (run - timedelta(days=self.lag)).date()
            count = max(count, (newest - complete_until).days + self.days - 1)
        return [run - timedelta(days=self.lag + back) for back in range(min(count, max(MOST_MISSED_DAYS, self.days)))]

    def window(self, moment: datetime) -> list[datetime]:
        """The days whose files `object_arrived` takes: those that a run looks at now or will look at later."""
        return [moment - timedelta(days=back) for back in range(self.lag + self.days)]


def date_folder_of(given: str | Mapping[str, Any]) -> DateFolder:
    """Of the value in a pipeline's file. Raises ValueError when it makes no usable folder."""
    said = {"path": given} if isinstance(given, str) else given
    path = SHORT_FORM.sub(lambda match: SHORT[match[1]], said["path"])
    folder = DateFolder(path, said.get("days", 2), said.get("lag", 0 if "{{" in path else 1))
    if not folder.is_template:
        for directive in DIRECTIVE.findall(path):
            if directive == "" or directive not in OF_A_DAY:
                raise ValueError(f"%{directive} says nothing of a day: use %Y, %m, %d, %j, %G and %V, or %% for a %")
    try:
        example = folder.on(datetime(2024, 3, 9, 5))
    except Exception as error:
        raise ValueError(f"it cannot be filled in: {' '.join(str(error).split())}") from None
    if any(part in ("", ".", "..") for part in example.rstrip("/").split("/")) or any(c in example for c in "\0\n\r"):
        raise ValueError(f"it becomes {example!r}, which is no folder below the source")
    if example == folder.on(datetime(2021, 11, 20, 5)):
        raise ValueError("it is the same for every day: use prefix")
    return folder


@cache
def environment() -> Environment:
    """Airflow's template environment, with its filters."""
    from airflow.sdk import DAG

    return DAG("date_folder", schedule=None).get_template_env(force_sandboxed=True)


def macros() -> Any:
    from airflow.sdk.execution_time import macros

    return macros
