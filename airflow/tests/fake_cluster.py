"""The part of Kubernetes' API that the operator uses. A pod runs as soon as it is created, and ends at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.utils.pod_manager import PodManager
from kubernetes.client import ApiClient, ApiException
from kubernetes.client import models as k8s

from tests.fake_engine import Ending, make_result

BASE = "base"
SIDECAR = "airflow-xcom-sidecar"


class FakeCluster:
    def __init__(self) -> None:
        self.api_client = ApiClient()
        self.created: list[k8s.V1Pod] = []
        self.pods: dict[str, k8s.V1Pod] = {}
        self.secrets: dict[str, dict[str, str]] = {}
        # Every Secret that ever was, as it was when a pod was created.
        self.seen: list[dict[str, str]] = []
        self.owners: dict[str, str] = {}
        self.behave: Callable[[list[str]], Ending] = lambda _command: Ending(result=make_result())
        self.endings: dict[str, Ending] = {}
        self.lines: list[str] = []

    def create_namespaced_secret(self, namespace: str, body: k8s.V1Secret) -> None:
        if body.metadata.name in self.secrets:
            raise ApiException(409, "AlreadyExists")
        self.replace_namespaced_secret(body.metadata.name, namespace, body)

    def replace_namespaced_secret(self, name: str, namespace: str, body: k8s.V1Secret) -> None:
        assert namespace == "transfers"
        self.secrets[name] = dict(body.string_data)

    def patch_namespaced_secret(self, name: str, namespace: str, body: dict[str, Any]) -> None:
        assert name in self.secrets
        [owner] = body["metadata"]["ownerReferences"]
        self.owners[name] = owner["uid"]

    def delete_namespaced_secret(self, name: str, namespace: str) -> None:
        if self.secrets.pop(name, None) is None:
            raise ApiException(404, "NotFound")

    def create_namespaced_pod(self, body: Any, namespace: str, **_rest: Any) -> k8s.V1Pod:
        pod = self.request(body)
        pod.metadata.namespace = namespace
        pod.metadata.uid = f"uid-{len(self.created)}"
        self.endings[pod.metadata.name] = ending = self.behave(pod.spec.containers[0].args)
        self.seen.append(dict(self.secrets))
        terminated = k8s.V1ContainerStateTerminated(
            exit_code=ending.exit_code, reason="OOMKilled" if ending.out_of_memory else "Completed"
        )
        pod.status = k8s.V1PodStatus(
            phase="Running",
            container_statuses=[
                self.status(BASE, k8s.V1ContainerState(terminated=terminated)),
                self.status(SIDECAR, k8s.V1ContainerState(running=k8s.V1ContainerStateRunning())),
            ],
        )
        self.created.append(pod)
        self.pods[pod.metadata.name] = pod
        return pod

    def request(self, body: Any) -> k8s.V1Pod:
        from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator

        return body if isinstance(body, k8s.V1Pod) else PodGenerator.deserialize_model_dict(body)

    def status(self, name: str, state: k8s.V1ContainerState) -> k8s.V1ContainerStatus:
        return k8s.V1ContainerStatus(name=name, image="i", image_id="i", ready=True, restart_count=0, state=state)

    def read_namespaced_pod(self, name: str, namespace: str, **_rest: Any) -> k8s.V1Pod:
        if name not in self.pods:
            raise ApiException(404, "NotFound")
        return self.pods[name]

    def list_namespaced_pod(self, namespace: str, label_selector: str, **_rest: Any) -> k8s.V1PodList:
        wanted = dict(each.split("=", 1) for each in label_selector.split(",") if "=" in each and "!" not in each)
        found = [
            pod
            for pod in self.pods.values()
            if wanted.items() <= pod.metadata.labels.items() and pod.metadata.labels.get("already_checked") != "True"
        ]
        return k8s.V1PodList(items=found)

    def patch_namespaced_pod(self, name: str, namespace: str, body: dict[str, Any]) -> None:
        self.read_namespaced_pod(name, namespace).metadata.labels.update(body["metadata"]["labels"])

    def delete_namespaced_pod(self, name: str, namespace: str, **_rest: Any) -> None:
        self.read_namespaced_pod(name, namespace)
        del self.pods[name]

    def list_namespaced_event(self, **_rest: Any) -> k8s.CoreV1EventList:
        return k8s.CoreV1EventList(items=[])

    def read_namespaced_pod_log(self, name: str, namespace: str, **_rest: Any) -> list[bytes]:
        self.read_namespaced_pod(name, namespace)
        return [f"{line}\n".encode() for line in self.lines]

    def result_of(self, pod: k8s.V1Pod) -> str:
        """What the sidecar reads."""
        result = self.endings[pod.metadata.name].result
        return "__airflow_xcom_result_empty__" if result is None else json.dumps(result)


def install(monkeypatch: pytest.MonkeyPatch) -> FakeCluster:
    """What every KubernetesPodOperator talks to for the rest of the test."""
    # A deferred task would read the caller's.
    monkeypatch.delenv("KUBECONFIG", raising=False)
    fake = FakeCluster()
    hook = SimpleNamespace(
        core_v1_client=fake,
        is_in_cluster=True,
        get_namespace=lambda: "transfers",
        get_pod=fake.read_namespaced_pod,
        get_xcom_sidecar_container_image=lambda: None,
        get_xcom_sidecar_container_resources=lambda: None,
        get_xcom_sidecar_container_security_context=lambda: None,
    )
    monkeypatch.setattr(KubernetesPodOperator, "hook", hook)
    monkeypatch.setattr(KubernetesPodOperator, "client", fake)

    async def started(*_args: Any, **_rest: Any) -> None:
        pass

    monkeypatch.setattr(PodManager, "await_pod_start", started)
    monkeypatch.setattr(PodManager, "watch_pod_events", started)
    monkeypatch.setattr(PodManager, "fetch_requested_container_logs", lambda *_args, **_rest: None)
    monkeypatch.setattr(PodManager, "await_xcom_sidecar_container_start", lambda *_args, **_rest: None)
    monkeypatch.setattr(PodManager, "extract_xcom", lambda _self, pod, **_rest: fake.result_of(pod))
    monkeypatch.setattr(PodManager, "await_pod_completion", lambda self, pod, *_rest: self.read_pod(pod))
    return fake
