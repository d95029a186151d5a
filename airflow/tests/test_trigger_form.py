from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from sync_task_airflow.pipeline import load
from sync_task_airflow.trigger_form import TriggerForm


def run_at(*moment: int, **more: Any) -> SimpleNamespace:
    at = datetime(*moment, tzinfo=UTC)
    named = {"logical_date": at, "data_interval_start": at, "data_interval_end": at, "run_after": at, **more}
    return SimpleNamespace(**named)


RUN = run_at(2024, 3, 9, 5)
NONE = {"logical_date": None, "data_interval_start": None, "data_interval_end": None}


def form(folder: Path, selection: str) -> TriggerForm:
    path = folder / "mine.yaml"
    path.write_text(f"description: d\nsource: {{connection: a}}\ntarget: {{connection: b}}\nselection: {selection}\n")
    return TriggerForm(load(path))


def values(form: TriggerForm, **changes: object) -> dict[str, object]:
    return {name: param.value for name, param in form.params().items()} | changes


def folders(form: TriggerForm, run: SimpleNamespace = RUN, **changes: object) -> list[str]:
    return [look.folder for look in form.looks(values(form, **changes), run)]


def test_the_form_can_be_sent_as_it_is(tmp_path: Path) -> None:
    for selection in ("{}", '{date_folder: "{{ ds }}/"}'):
        for name, param in form(tmp_path, selection).params().items():
            assert param.value not in (None, "") or "null" in param.schema["type"], f"the form insists on {name}"


def test_a_run_looks_at_yesterday_and_the_day_before(tmp_path: Path) -> None:
    mine = form(tmp_path, '{date_folder: "in/{{ ds_nodash }}/", include: ["*.csv"]}')
    assert folders(mine) == ["in/20240308/", "in/20240307/"]
    assert folders(mine, run_at(2024, 3, 9, 5, **NONE)) == folders(mine), "a run without a logical date has a day, too"
    assert mine.environment()["SYNC_TASK_INCLUDE"] == "*.csv"


def test_where_runs_stand_for_intervals_the_day_is_that_of_their_end(tmp_path: Path) -> None:
    """AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS: a run is called after the begin of what it is about."""
    start = datetime(2024, 3, 8, 5, tzinfo=UTC)
    run = run_at(2024, 3, 9, 5, logical_date=start, data_interval_start=start)
    assert folders(form(tmp_path, '{date_folder: "%Y/%m/%d"}'), run) == ["2024/03/08", "2024/03/07"]
    template = form(tmp_path, '{date_folder: {path: "{{ data_interval_start | ds }}/", days: 1}}')
    assert folders(template, run) == ["2024-03-08/"]


def test_the_form_may_say_otherwise(tmp_path: Path) -> None:
    mine = form(tmp_path, '{date_folder: "{{ ds }}/"}')
    assert folders(mine, prefix="x/{ds}/") == ["x/2024-03-09/"]
    assert mine.is_usual(values(mine))
    for asked in ({"prefix": "x"}, {"from_day": "2024-03-01"}, {"dry_run": True}, {"since": "1d"}):
        assert not mine.is_usual(values(mine, **asked)), asked


def test_a_range_of_days_takes_the_place_of_the_usual_ones(tmp_path: Path) -> None:
    mine = form(tmp_path, '{date_folder: "a/{{ ds }}/"}')
    days = ["2024-02-28", "2024-02-29", "2024-03-01"]
    assert folders(mine, from_day="2024-02-28", to_day="2024-03-01") == [f"a/{day}/" for day in days]
    template = form(tmp_path, '{date_folder: "{{ macros.ds_add(ds, -1) }}/"}')
    assert folders(template, from_day="2024-03-01", to_day="2024-03-01") == ["2024-02-29/"], "the form says so"
    assert "is `ds`" in template.params()["from_day"].schema["description_md"]


def test_days_that_share_a_folder_are_looked_at_once(tmp_path: Path) -> None:
    mine = form(tmp_path, '{date_folder: {path: "%Y-%m/", days: 10}}')
    assert folders(mine) == ["2024-03/", "2024-02/"]


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("2024-03-02", None, "give both"),
        ("2024-03-02", "2024-03-01", "are 0 days"),
        ("2004-03-02", "2024-03-01", "1 to 1000"),
    ],
)
def test_ranges_that_make_no_sense(tmp_path: Path, first: str, last: str | None, says: str) -> None:
    mine = form(tmp_path, '{date_folder: "{{ ds }}/"}')
    with pytest.raises(AirflowFailException, match=says):
        folders(mine, from_day=first, to_day=last)


def test_only_pipelines_with_date_folders_ask_for_days(tmp_path: Path) -> None:
    assert "from_day" not in form(tmp_path, "{prefix: in/}").params()
    assert form(tmp_path, "{prefix: in/}").params()["prefix"].value == "in/"
