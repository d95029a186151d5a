"""A worker died: the next try finds its container, and the log of the dead one ends with the reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from airflow.configuration import conf

from tests.docker_task import Task
from tests.fake_engine import FakeEngine


def dead_container(engine: FakeEngine, engine_labels: dict[str, str]) -> None:
    created = engine.create_container(image="i", command=["run"], environment={}, labels=engine_labels, host_config={})
    engine.start(created["Id"])


def leave_behind(engine: FakeEngine) -> None:
    """As a worker that dies amid its try does."""
    labels: dict[str, Any] = {}
    first = Task()
    first.execute()
    labels.update(engine.created[-1].labels)
    dead_container(engine, labels)


def log_file() -> Path:
    folder = Path(conf.get("logging", "base_log_folder"))
    return folder / "dag_id=d/run_id=manual__2026-01-01T00:00:00+00:00/task_id=t/map_index=2/attempt=1.log"


def test_the_log_of_a_dead_try_ends_with_the_reason(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(tmp_path))
    log_file().parent.mkdir(parents=True)
    log_file().write_text('{"event": "copied: a"}\n{"event": "cut o')
    leave_behind(engine)
    Task().execute(try_number=2)
    assert engine.there == {}
    *_, last = log_file().read_text().splitlines()
    said = json.loads(last)
    assert said["level"] == "error"
    assert said["event"].startswith("this try ended here, its worker died or lost touch with Airflow")
    assert "try 1 of t ended without a word" in capsys.readouterr().out


def test_no_log_is_made_where_there_is_none(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(tmp_path))
    leave_behind(engine)
    Task().execute(try_number=2)
    assert [*tmp_path.iterdir()] == []
