"""Which days a run looks at, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sync_task_airflow.date_folder import MOST_MISSED_DAYS, date_folder_of

BERLIN = ZoneInfo("Europe/Berlin")


def folders(given: object, run: datetime, complete_until: str | None = None) -> list[str]:
    folder = date_folder_of(given)  # type: ignore[arg-type]
    until = date.fromisoformat(complete_until) if complete_until else None
    return [folder.on(at) for at in folder.days_of(run, until)]


RUN = datetime(2024, 3, 1, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{{ ds }}/", ["2024-02-29/", "2024-02-28/"]),
        ("in/{{ds_nodash}}", ["in/20240229", "in/20240228"]),
        ("%Y/%m/%d/", ["2024/02/29/", "2024/02/28/"]),
        ("{{ ds }}/%j%%", ["2024-02-29/060%", "2024-02-28/059%"]),
        ({"path": "%Y-%m-%d/", "days": 1}, ["2024-02-29/"]),
        ({"path": "%d", "days": 3, "lag": 0}, ["01", "29", "28"]),
        ({"path": "{{ ds }}", "days": 1, "lag": 2}, ["2024-02-28"]),
        ("{{ macros.ds_add(ds, -1) }}/", ["2024-02-29/", "2024-02-28/"]),
        ("{{ macros.ds_format(macros.ds_add(ds, -1), '%Y-%m-%d', '%Y/%m/%d') }}", ["2024/02/29", "2024/02/28"]),
        ("{{ data_interval_start.subtract(hours=3).strftime('%Y%m%d') }}", ["20240229", "20240228"]),
        ({"path": "{{ data_interval_end | ds }}/", "days": 1}, ["2024-03-01/"]),
        ({"path": "{{ logical_date | ds_nodash }}/", "days": 1, "lag": 1}, ["20240229/"]),
    ],
)
def test_folders_of_a_run(given: object, expected: list[str]) -> None:
    assert folders(given, RUN) == expected


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("%H/", "%H says nothing of a day"),
        ("%Y-%", "% says nothing of a day"),
        ("{{ nonsense }}/", "cannot be filled in"),
        ("{{ ds }", "cannot be filled in|same for every day"),
        ("{% if ds %}{{ ds }}", "says nothing of a day|cannot be filled in"),
        ("{{ 'x' }}/", "same for every day"),
        ("../{{ ds }}", "no folder below the source"),
        ("/%Y", "no folder below the source"),
        ("%%", "same for every day"),
    ],
)
def test_what_is_no_folder_of_a_day(given: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        date_folder_of(given)


@pytest.mark.parametrize("days", [1, 2, 3])
@pytest.mark.parametrize("lag", [0, 1, 2])
@pytest.mark.parametrize("missed", [0, 1, 2, 9])
def test_every_day_is_looked_at_as_often_whatever_nights_were_missed(days: int, lag: int, missed: int) -> None:
    """A month of nights, some of them without a run in the middle: a file that came late is found all the same."""
    given = {"path": "%Y-%m-%d", "days": days, "lag": lag}
    first = datetime(2024, 3, 1, 2, 30, tzinfo=UTC)
    looked: dict[str, int] = {}
    complete: str | None = None
    for night in range(30):
        if 10 <= night < 10 + missed:
            continue
        run = first + timedelta(days=night)
        for folder in folders(given, run, complete):
            looked[folder] = looked.get(folder, 0) + 1
        complete = (run - timedelta(days=lag)).date().isoformat()
    middle = [(first + timedelta(days=day)).date().isoformat() for day in range(3, 25)]
    assert all(looked.get(day, 0) >= 1 for day in middle), looked
    assert missed or all(looked[day] == days for day in middle)


def test_a_missed_night_is_made_up_for() -> None:
    run = datetime(2024, 3, 9, 2, 30, tzinfo=UTC)
    assert folders("%d", run, "2024-03-07") == ["08", "07"], "a usual night"
    assert folders("%d", run, "2024-03-06") == ["08", "07", "06"], "one was missed: a late file of the 6th counts"
    assert folders({"path": "%d", "days": 1}, run, "2024-03-05") == ["08", "07", "06"]
    assert folders("%d", run, "2024-03-08") == ["08", "07"], "the same night again"
    assert folders("%d", run, "2024-03-20") == ["08", "07"], "an older run, cleared"
    assert len(folders("%Y-%m-%d", run, "2020-01-01")) == MOST_MISSED_DAYS


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        # Clocks go forward on 2024-03-31 (that day has 23 hours) and back on 2024-10-27 (25).
        (datetime(2024, 3, 31, 0, 30, tzinfo=UTC), ["2024-03-30", "2024-03-29"]),
        (datetime(2024, 3, 31, 1, 30, tzinfo=UTC), ["2024-03-30", "2024-03-29"]),
        (datetime(2024, 3, 31, 22, 30, tzinfo=UTC), ["2024-03-31", "2024-03-30"]),
        (datetime(2024, 4, 1, 0, 30, tzinfo=UTC), ["2024-03-31", "2024-03-30"]),
        (datetime(2024, 10, 27, 0, 30, tzinfo=UTC), ["2024-10-26", "2024-10-25"]),
        (datetime(2024, 10, 27, 1, 30, tzinfo=UTC), ["2024-10-26", "2024-10-25"]),
        (datetime(2024, 10, 27, 22, 30, tzinfo=UTC), ["2024-10-26", "2024-10-25"]),
        (datetime(2024, 10, 27, 23, 30, tzinfo=UTC), ["2024-10-27", "2024-10-26"]),
    ],
)
def test_a_change_of_clocks_neither_skips_nor_repeats_a_day(run: datetime, expected: list[str]) -> None:
    assert folders("%Y-%m-%d", run.astimezone(BERLIN)) == expected
    template = {"path": "{{ data_interval_start | ds }}", "lag": 1}
    assert folders(template, run.astimezone(BERLIN)) == expected
