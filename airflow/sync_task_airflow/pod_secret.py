"""The Secret that hands a pod its connections. The pod owns it once there is one, so both are deleted together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowException, TaskDeferred
from kubernetes.client import ApiException, CoreV1Api
from kubernetes.client import models as k8s
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from airflow.sdk.types import Logger

LABELS = {"app.kubernetes.io/name": "sync-task"}


def secret_name(identity: Mapping[str, str]) -> str:
    """The same for every try of a task, so that a later try replaces the Secret of a dead worker."""
    text = "\0".join(value for name, value in identity.items() if name != "sync-task.try")
    return f"sync-task-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def env_from(name: str) -> k8s.V1EnvFromSource:
    """The variables of a container that come from a Secret."""
    return k8s.V1EnvFromSource(secret_ref=k8s.V1SecretEnvSource(name=name))


def write_secret(client: CoreV1Api, name: str, namespace: str, values: Mapping[str, str]) -> None:
    """Raises AirflowException, which is retried."""
    body = k8s.V1Secret(metadata=k8s.V1ObjectMeta(name=name, labels=LABELS), string_data=values)
    try:
        client.create_namespaced_secret(namespace, body)
    except HTTPError as error:
        raise AirflowException(f"Kubernetes could not be reached: {error}") from None
    except ApiException as error:
        if error.status != 409:
            raise AirflowException(f"the Secret {name} could not be made in {namespace}: {error.reason}") from None
        client.replace_namespaced_secret(name, namespace, body)


def hand_to_pod(client: CoreV1Api, name: str, pod: k8s.V1Pod) -> None:
    """Make the pod the Secret's owner: Kubernetes then deletes both together, whatever happens to the worker."""
    owner = {"apiVersion": "v1", "kind": "Pod", "name": pod.metadata.name, "uid": pod.metadata.uid}
    client.patch_namespaced_secret(name, pod.metadata.namespace, {"metadata": {"ownerReferences": [owner]}})


@contextmanager
def deleting_secret(client: CoreV1Api, name: str, namespace: str, log: Logger) -> Iterator[None]:
    """Delete the Secret at the end, however it comes. A deferred task keeps it, because its pod still needs it."""
    try:
        yield
    except TaskDeferred:
        raise
    except BaseException:
        delete_secret(client, name, namespace, log)
        raise
    delete_secret(client, name, namespace, log)


def delete_secret(client: CoreV1Api, name: str, namespace: str, log: Logger) -> None:
    """Only warns where it fails, so as not to hide an earlier error. The Secret still goes with its pod."""
    try:
        client.delete_namespaced_secret(name, namespace)
    except ApiException as error:
        if error.status != 404:
            log.warning("the Secret %s could not be deleted: %s", name, error.reason)
