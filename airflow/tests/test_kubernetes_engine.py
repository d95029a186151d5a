"""The contract of tasks on Kubernetes, against an API that runs nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow.providers.cncf.kubernetes.utils.pod_manager import PodManager
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from kubernetes.client import ApiClient, ApiException
from kubernetes.client import models as k8s
from urllib3.exceptions import MaxRetryError

from sync_task_airflow.kubernetes_engine import KubernetesSyncTask
from sync_task_airflow.result import GateRefused
from sync_task_airflow.trace import traceparent_of
from tests.conftest import NEEDLES, SECRETS
from tests.fake_cluster import FakeCluster
from tests.fake_engine import Ending, make_error, make_result
from tests.pod_task import Task


def test_a_batch_runs_in_a_pod_with_few_rights(cluster: FakeCluster) -> None:
    task = Task(cpus=2, memory="1Gi", environment={"SYNC_TASK_PREFIX": "a/", "SYNC_TASK_FORCE": ""})
    assert task.execute() is None
    [pod] = [ApiClient().sanitize_for_serialization(pod) for pod in cluster.created]
    spec = pod["spec"]
    container = spec["containers"][0]
    assert container["args"] == ["run", "--run", "d.r", "--batch", "3"]
    assert {each["name"]: each["value"] for each in container["env"]} == {
        "SYNC_TASK_PREFIX": "a/",
        "SYNC_TASK_PIPELINE": "p",
        "SYNC_TASK_RESULT": "/airflow/xcom/return.json",
        "SYNC_TASK_LOG_FORMAT": "json",
        "TRACEPARENT": traceparent_of("d", "r"),
    }
    assert container["resources"] == {key: {"cpu": "2", "memory": "1Gi"} for key in ("limits", "requests")}
    for each in spec["containers"]:
        locked = each["securityContext"]
        assert (locked["readOnlyRootFilesystem"], locked["allowPrivilegeEscalation"]) == (True, False)
        assert (locked["capabilities"], locked["runAsNonRoot"]) == ({"drop": ["ALL"]}, True)
        assert locked["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert (spec["restartPolicy"], spec["terminationGracePeriodSeconds"]) == ("Never", 30)
    assert {each["mountPath"] for each in container["volumeMounts"]} == {"/tmp", "/airflow/xcom"}
    assert pod["metadata"]["namespace"] == "transfers"
    assert task.pushed["result"]["files"] == {"copied": 3}
    assert cluster.pods == {}, "the pod is deleted"


def test_connections_go_by_a_secret_that_lives_as_long_as_the_pod(cluster: FakeCluster) -> None:
    task = Task(kubernetes={"env_from_secrets": ["proxy"]})
    task.execute()
    [pod] = [ApiClient().sanitize_for_serialization(pod) for pod in cluster.created]
    [secret] = cluster.seen
    [(name, values)] = secret.items()
    sources = [each["secretRef"]["name"] for each in pod["spec"]["containers"][0]["envFrom"]]
    assert sources == [name, "proxy"]
    assert values["SYNC_TASK_TARGET_PASSWORD"] == SECRETS["target password"]
    assert values["SYNC_TASK_SOURCE_PRIVATE_KEY"] == SECRETS["source key"]
    assert cluster.owners == {name: "uid-0"}, "Kubernetes deletes it with the pod, whatever happens here"
    assert cluster.secrets == {}
    kept = json.dumps(pod) + repr(vars(task.operator)) + repr(task.pushed)
    assert [needle for needle in NEEDLES if needle in kept] == []


def test_what_a_pipeline_says_about_kubernetes(cluster: FakeCluster) -> None:
    affinity = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}
    Task(
        kubernetes={
            "namespace": "transfers",
            "service_account": "mover",
            "image_pull_policy": "Never",
            "node_selector": {"disk": "fast"},
            "affinity": affinity,
            "tolerations": [{"key": "only", "operator": "Exists"}],
            "pod_template": {"metadata": {"annotations": {"team": "data"}}, "spec": {"priorityClassName": "low"}},
        }
    ).execute()
    [pod] = [ApiClient().sanitize_for_serialization(pod) for pod in cluster.created]
    spec = pod["spec"]
    assert (spec["serviceAccountName"], spec["priorityClassName"]) == ("mover", "low")
    assert (spec["nodeSelector"], spec["affinity"]) == ({"disk": "fast"}, affinity)
    assert spec["tolerations"] == [{"key": "only", "operator": "Exists"}]
    assert spec["containers"][0]["imagePullPolicy"] == "Never"
    assert pod["metadata"]["annotations"] == {"team": "data"}


def test_plan_returns_numbers_alone(cluster: FakeCluster) -> None:
    batch = {"number": 1, "files": 2, "bytes": 3, "status": "planned"}
    cluster.behave = lambda _command: Ending(result=make_result("plan", batches=[batch]))
    assert Task("plan").execute() == [{"number": 1, "files": 2, "bytes": 3}]


@pytest.mark.parametrize("deferrable", [False, True])
@pytest.mark.parametrize(
    ("ending", "error", "says"),
    [
        (Ending(65, make_result(errors=[make_error("not UTF-8")])), AirflowFailException, "^not UTF-8 .*65, some"),
        (Ending(65, make_result("plan", status="refused")), GateRefused, "a gate refused"),
        (Ending(77, make_result(errors=[make_error("wrong password")])), AirflowFailException, "^wrong.*77, auth"),
        (Ending(75, make_result(errors=[make_error("timed out")])), AirflowException, "^timed out.*75, a pass"),
        (Ending(75), AirflowException, "see the log above"),
        (Ending(137, out_of_memory=True), AirflowException, r"more memory.*container\.memory"),
        (Ending(137), AirflowException, "killed from outside"),
        (Ending(0), AirflowFailException, "wrote no result"),
        (Ending(0, make_result(schemaVersion=2)), AirflowFailException, "schema version"),
    ],
)
def test_endings(cluster: FakeCluster, ending: Ending, error: type, says: str, deferrable: bool) -> None:
    cluster.behave = lambda _command: ending
    task = Task(kubernetes={"deferrable": deferrable})
    deferred = task.defer() if deferrable else None
    with pytest.raises(AirflowException, match=says) as raised:
        task.resume(deferred, "failed" if ending.exit_code else "success") if deferred else task.execute()
    assert type(raised.value) is error, "AirflowFailException is what Airflow does not retry"
    shown = None if raised.value.__suppress_context__ else raised.value.__context__
    assert shown is None, "the log has one error, without what the provider makes of the pod"
    assert (cluster.pods, cluster.secrets) == ({}, {})
    assert "return_value" not in task.pushed, "the result holds lists of files"


@pytest.mark.parametrize("deferrable", [False, True])
def test_a_pod_that_could_not_be_made_leaves_no_secret(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch, deferrable: bool
) -> None:
    def refused(*_args: Any, **_rest: Any) -> None:
        raise ApiException(403, "Forbidden")

    monkeypatch.setattr(cluster, "create_namespaced_pod", refused)
    with pytest.raises(ApiException):
        Task(kubernetes={"deferrable": deferrable}).execute()
    assert cluster.secrets == {}


def test_an_evicted_pod_is_for_a_retry(cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def evicted(_self: Any, pod: Any, **_rest: Any) -> str:
        there = cluster.read_namespaced_pod(pod.metadata.name, "transfers")
        there.status.container_statuses = None
        there.status.phase, there.status.reason = "Failed", "Evicted"
        raise AirflowException("the sidecar is not running")

    monkeypatch.setattr(PodManager, "extract_xcom", evicted)
    with pytest.raises(AirflowException, match="was evicted: a retry goes on where it ended") as raised:
        Task().execute()
    assert type(raised.value) is AirflowException


def test_a_pod_that_was_deleted_is_for_a_retry(cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def deleted(_self: Any, pod: Any, **_rest: Any) -> str:
        # What the operator saw last: a container at work.
        there = cluster.read_namespaced_pod(pod.metadata.name, "transfers")
        there.status.container_statuses[0].state = k8s.V1ContainerState(running=k8s.V1ContainerStateRunning())
        cluster.pods.clear()
        raise AirflowException("the sidecar is not running")

    monkeypatch.setattr(PodManager, "extract_xcom", deleted)
    with pytest.raises(AirflowException, match="was deleted while it ran") as raised:
        Task().execute()
    assert type(raised.value) is AirflowException
    assert cluster.secrets == {}


def test_an_api_that_cannot_be_reached_is_said_in_one_line(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_args: Any) -> None:
        raise MaxRetryError(None, "/api", OSError("Connection refused"))

    monkeypatch.setattr(cluster, "create_namespaced_secret", unreachable)
    with pytest.raises(AirflowException, match=r"Kubernetes could not be reached: .*Connection refused") as raised:
        Task().execute()
    assert type(raised.value) is AirflowException, "for a retry"
    assert raised.value.__suppress_context__


def test_a_retry_adopts_the_pod_of_a_lost_worker(cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_args: Any, **_rest: Any) -> None:
        raise KeyboardInterrupt

    task = Task()
    with monkeypatch.context() as patch:
        patch.setattr(KubernetesSyncTask, "post_complete_action", lambda *_args, **_rest: None)
        patch.setattr("sync_task_airflow.pod_secret.delete_secret", lambda *_args: None)
        patch.setattr(PodManager, "fetch_requested_container_logs", lost)
        with pytest.raises(KeyboardInterrupt):
            task.execute()
    assert (len(cluster.pods), len(cluster.secrets)) == (1, 1)
    task.execute(try_number=2)
    assert len(cluster.created) == 1, "no second pod"
    assert (cluster.pods, cluster.secrets) == ({}, {})
    assert task.pushed["result"]["files"] == {"copied": 3}
