"""The Variable `sync_task_<pipeline>`: read when a task executes."""

from __future__ import annotations

import json

import pytest
from airflow.sdk.exceptions import AirflowFailException

from tests.docker_task import Task
from tests.fake_engine import FakeEngine


def test_limits_image_and_settings_without_a_new_file(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"cpus": 2.5, "memory": "2Gi", "image": "sync-task:1.4", "settings": {"bwlimit": "10M", "files": 2}}
    task = Task(settings={"SYNC_TASK_FILES": "9", "SYNC_TASK_VERIFY": "size"}, environment={"SYNC_TASK_FORCE": "true"})
    monkeypatch.setenv("AIRFLOW_VAR_SYNC_TASK_P", json.dumps(value))
    task.execute()
    [container] = engine.created
    assert container.image == "sync-task:1.4"
    assert (container.host_config["NanoCpus"], container.host_config["Memory"]) == (2_500_000_000, 2 * 2**30)
    names = ("BWLIMIT", "FILES", "VERIFY", "FORCE")
    assert [container.environment[f"SYNC_TASK_{name}"] for name in names] == ["10M", "2", "size", "true"]


def test_what_a_run_was_asked_for_wins(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_SYNC_TASK_P", '{"settings": {"batch-files": 5}}')
    Task("plan", environment={"SYNC_TASK_BATCH_FILES": "7"}).execute()
    Task("plan", environment={"SYNC_TASK_BATCH_FILES": ""}).execute()
    assert [container.environment["SYNC_TASK_BATCH_FILES"] for container in engine.created] == ["7", "5"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("{", "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"cpu": 1}', "has 'cpu', which cannot be changed there; cpus, image, memory, settings can"),
        ('{"cpus": 0}', "has a cpus that is none"),
        ('{"memory": "lots"}', "has a memory that is none"),
        ('{"settings": {"password": "x"}}', "has a settings that is none"),
        ('{"settings": {"source": "sftp://elsewhere"}}', "has a settings that is none"),
    ],
)
def test_a_mistake_fails_without_a_retry(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, value: str, says: str
) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_SYNC_TASK_P", value)
    with pytest.raises(AirflowFailException, match=says) as raised:
        Task().execute()
    assert "variable 'sync_task_p'" in str(raised.value)
    assert engine.created == []
