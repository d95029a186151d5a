"""
The folders of days: which one belongs to a day, and which days a run looks at.

A run looks back. Under Airflow 3 the day of a scheduled run is the one that has just begun, so by default it looks at
yesterday (`lag: 1`), and once more at the day before (`days: 2`) for files that came late: nothing is copied twice, so
that costs a listing. A night that was missed is made up for by the next run: it looks at every day since the last
complete one.
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

# Short forms, in which a day is the one that is looked at.
SHORT = {"ds": "%Y-%m-%d", "ds_nodash": "%Y%m%d"}
SHORT_FORM = re.compile(r"\{\{ *(ds|ds_nodash) *\}\}")
DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
OF_A_DAY = "YymdjGVuwUWaAbB%"
# A gap longer than this is for somebody to look at: the trigger form takes a range of days.
MOST_MISSED_DAYS = 31


@dataclass(frozen=True)
class DateFolder:
    """
    :param path: with directives of `strftime`; or a template of Airflow's, in which a day is that of the run.
    :param days: how many a run looks at.
    :param lag: how many days before that of the run the last of them is.
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

        :param moment: a time of the day, in the pipeline's time zone; for a template that of a run.
        :param interval: how long the data interval is that ends then; Airflow 3 gives it no length.
        """
        if not self.is_template:
            return moment.strftime(self.path)
        import pendulum

        # As Airflow's own contexts have it, with its methods.
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
        What a run looks at, the last day first: never fewer than `days`, and whatever an earlier run would have.

        :param complete_until: the last day that the last complete run has looked at.
        """
        count = self.days
        if complete_until is not None:
            newest = (run - timedelta(days=self.lag)).date()
            count = max(count, (newest - complete_until).days + self.days - 1)
        return [run - timedelta(days=self.lag + back) for back in range(min(count, max(MOST_MISSED_DAYS, self.days)))]

    def window(self, moment: datetime) -> list[datetime]:
        """The days whose files are taken as they come: those that runs look at, now or when a day of now is over."""
        return [moment - timedelta(days=back) for back in range(self.lag + self.days)]


def date_folder_of(given: str | Mapping[str, Any]) -> DateFolder:
    """From what a pipeline's file says. Raises ValueError where no folder comes out of it."""
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
    """Airflow's own, with its filters."""
    from airflow.sdk import DAG

    return DAG("date_folder", schedule=None).get_template_env(force_sandboxed=True)


def macros() -> Any:
    from airflow.sdk.execution_time import macros

    return macros
