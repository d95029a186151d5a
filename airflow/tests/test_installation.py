"""Which Airflow a container belongs to."""

from __future__ import annotations

import re

import pytest
from airflow.sdk import Variable

from sync_task_airflow.installation import VARIABLE, installation


@pytest.mark.parametrize(
    ("given", "label"), [("sync-task", "sync-task"), (" my stack/é ", "my-stack"), ("x" * 99, "x" * 63)]
)
def test_it_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch, given: str, label: str) -> None:
    monkeypatch.setenv("SYNC_TASK_INSTALLATION", given)
    assert installation() == label


def test_else_airflow_remembers_one(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, str] = {}
    monkeypatch.delenv("SYNC_TASK_INSTALLATION")
    monkeypatch.setattr(Variable, "get", lambda key, default=None: kept.get(key, default))
    monkeypatch.setattr(Variable, "set", lambda key, value, **_more: kept.update({key: value}))
    first = installation()
    assert re.fullmatch(r"[0-9a-f]{16}", first)
    assert installation() == first == kept[VARIABLE]
