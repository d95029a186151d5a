from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from sync_task_airflow.pipeline import load
from sync_task_airflow.trigger_form import TriggerForm

RUN = SimpleNamespace(logical_date=None, run_after=datetime(2024, 3, 9, 5, tzinfo=UTC))


def form(folder: Path, selection: str) -> TriggerForm:
    path = folder / "mine.yaml"
    path.write_text(f"description: d\nsource: {{connection: a}}\ntarget: {{connection: b}}\nselection: {selection}\n")
    return TriggerForm(load(path))


def values(form: TriggerForm, **changes: object) -> dict[str, object]:
    return {name: param.value for name, param in form.params().items()} | changes


def test_the_form_can_be_sent_as_it_is(tmp_path: Path) -> None:
    for selection in ("{}", '{date_folder: "{{ ds }}/"}'):
        for name, param in form(tmp_path, selection).params().items():
            assert param.value not in (None, "") or "null" in param.schema["type"], f"the form insists on {name}"


def test_a_run_looks_into_the_folder_of_its_day(tmp_path: Path) -> None:
    mine = form(tmp_path, '{date_folder: "in/{{ ds_nodash }}/", include: ["*.csv"]}')
    assert mine.prefix(values(mine), RUN) == "in/20240309/", "a run without a logical date has a day, too"
    assert mine.include(values(mine)) == "*.csv"
    for empty in ("", None):
        assert mine.prefix(values(mine, prefix=empty), RUN) == "", "the form may say otherwise"


def test_a_range_of_days_takes_the_place_of_the_prefix(tmp_path: Path) -> None:
    mine = form(tmp_path, '{date_folder: "{{ ds }}/", include: ["*.csv", "**/*.gz"]}')
    asked = values(mine, from_day="2024-02-28", to_day="2024-03-01")
    assert mine.prefix(asked, RUN) == ""
    days = ("2024-02-28", "2024-02-29", "2024-03-01")
    assert mine.include(asked).split("\n") == [f"{day}/**/{glob}" for day in days for glob in ("*.csv", "*.gz")]


def test_a_range_without_globs_takes_all_files(tmp_path: Path) -> None:
    mine = form(tmp_path, '{date_folder: "a/{{ ds }}"}')
    assert mine.include(values(mine, from_day="2024-03-01", to_day="2024-03-01")) == "a/2024-03-01/**/**"


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
        mine.include(values(mine, from_day=first, to_day=last))


def test_only_pipelines_with_date_folders_ask_for_days(tmp_path: Path) -> None:
    assert "from_day" not in form(tmp_path, "{prefix: in/}").params()
    assert form(tmp_path, "{prefix: in/}").params()["prefix"].value == "in/"
