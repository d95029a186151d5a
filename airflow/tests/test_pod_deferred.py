"""A task that waits in the triggerer while its pod runs, and is taken up again by another process."""

from __future__ import annotations

import pytest
from airflow.sdk.exceptions import AirflowException, TaskDeferred
from kubernetes.client import models as k8s

from tests.fake_cluster import FakeCluster
from tests.fake_engine import Ending, make_result
from tests.pod_task import Task


def test_a_deferred_task_is_taken_up_by_another_process(
    cluster: FakeCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.lines = ['{"level":"warn","message":"deferred: a.txt","time":"2026"}', '{"schemaVersion":1}']
    task = Task(kubernetes={"deferrable": True})
    deferred = task.defer()
    assert (len(cluster.pods), len(cluster.secrets)) == (1, 1), "the pod goes on, and needs its Secret"
    assert task.resume(deferred) is None
    assert task.pushed["result"]["files"] == {"copied": 3}
    assert (cluster.pods, cluster.secrets) == ({}, {})
    said = capsys.readouterr().out
    assert "[warning  ] deferred: a.txt " in said, "as if it had been watched"
    assert "schemaVersion" not in said
    assert all(place.startswith("sftp://") for place in task.operator.locations), "lineage needs them"


def test_a_deferred_plan_returns_numbers_alone(cluster: FakeCluster) -> None:
    batch = {"number": 1, "files": 2, "bytes": 3, "status": "planned"}
    cluster.behave = lambda _command: Ending(result=make_result("plan", batches=[batch]))
    task = Task("plan", kubernetes={"deferrable": True})
    assert task.resume(task.defer()) == [{"number": 1, "files": 2, "bytes": 3}]


def test_a_task_that_is_deferred_again_keeps_its_secret(cluster: FakeCluster) -> None:
    """The triggerer lost the API, say, while the pod was waiting for a node."""
    task = Task(kubernetes={"deferrable": True})
    deferred = task.defer()
    [pod] = cluster.pods.values()
    ended = pod.status
    pod.status = k8s.V1PodStatus(phase="Pending")
    with pytest.raises(TaskDeferred) as again:
        task.resume(deferred, "error")
    assert len(cluster.secrets) == 1
    pod.status = ended
    task.resume(again.value)
    assert (cluster.pods, cluster.secrets) == ({}, {})


@pytest.mark.parametrize("status", ["error", "success"])
def test_a_pod_that_was_deleted_while_its_task_was_deferred_is_for_a_retry(cluster: FakeCluster, status: str) -> None:
    task = Task(kubernetes={"deferrable": True})
    deferred = task.defer()
    cluster.pods.clear()
    with pytest.raises(AirflowException, match="was deleted while it ran") as raised:
        task.resume(deferred, status)
    assert type(raised.value) is AirflowException
    assert cluster.secrets == {}
