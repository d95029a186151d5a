"""
Runs sync-task's containers as pods. KubernetesPodOperator creates them, finds them again after a worker died, watches
them and deletes them.

This module adds three things: connections travel in a Secret that lives as long as the pod, log lines keep their
levels, and the exit code decides about a retry. The result returns through the XCom sidecar, which runs on after the
command has ended.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.utils.pod_manager import PodManager
from airflow.sdk.exceptions import AirflowException
from kubernetes.client import ApiException
from kubernetes.client import models as k8s

from sync_task_airflow.installation import installation
from sync_task_airflow.operator import STOP_SECONDS, SyncTask
from sync_task_airflow.pod_ending import RESULT_PATH, ending_of, read
from sync_task_airflow.pod_log import LevelledLogs
from sync_task_airflow.pod_secret import LABELS, deleting_secret, env_from, hand_to_pod, secret_name, write_secret
from sync_task_airflow.result import Ending

if TYPE_CHECKING:
    from airflow.sdk.types import Context

DELETED = "the pod was deleted while it ran: a retry goes on where it ended"
# The user of the image.
USER = 1000
LOCKED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": USER,
    "seccompProfile": {"type": "RuntimeDefault"},
}


class KubernetesSyncTask(SyncTask, KubernetesPodOperator):
    """:param kubernetes: what the pipeline's file says under `kubernetes`."""

    template_fields: Sequence[str] = (*KubernetesPodOperator.template_fields, *SyncTask.contract_fields)
    ui_color = SyncTask.ui_color

    def __init__(
        self, *, network_mode: str | None = None, kubernetes: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        del network_mode  # Docker's.
        given = kubernetes or {}
        optional = {
            "kubernetes_conn_id": given.get("connection"),
            "namespace": given.get("namespace") or os.environ.get("SYNC_TASK_NAMESPACE"),
            "service_account_name": given.get("service_account"),
            "image_pull_policy": given.get("image_pull_policy"),
            "node_selector": given.get("node_selector"),
            "affinity": given.get("affinity"),
            "tolerations": given.get("tolerations"),
            "pod_template_dict": whole(given.get("pod_template")),
        }
        super().__init__(
            name=f"sync-task-{kwargs['verb']}",
            **{name: value for name, value in optional.items() if value is not None},
            deferrable=given.get("deferrable", False),
            container_security_context=LOCKED,
            xcom_sidecar_container_security_context=LOCKED,
            automount_service_account_token=False,
            volumes=[k8s.V1Volume(name="tmp", empty_dir=k8s.V1EmptyDirVolumeSource(size_limit="64Mi"))],
            volume_mounts=[k8s.V1VolumeMount(name="tmp", mount_path="/tmp")],
            env_from=[env_from(name) for name in given.get("env_from_secrets", [])],
            do_xcom_push=True,
            termination_grace_period=STOP_SECONDS,
            on_finish_action="delete_pod",
            log_pod_spec_on_failure=False,
            **kwargs,
        )

    def execute(self, context: Context) -> list[dict[str, int]] | None:
        environment = {**self.public_environment(RESULT_PATH), **self.trace(context), **self.run_url(context)}
        limits = {"cpu": str(self.cpus), "memory": self.memory}
        self.arguments = self.command_line()
        self.env_vars = [k8s.V1EnvVar(name=name, value=value) for name, value in environment.items()]
        self.container_resources = k8s.V1ResourceRequirements(limits=limits, requests=limits)
        # The operator finds the pod of an earlier try by its labels; the installation rules out another Airflow's pod.
        self.labels = {**LABELS, "sync-task/installation": installation(), "sync-task/verb": self.verb}
        self.namespace = self._namespace()
        secret = secret_name(self.identity(context))
        write_secret(self.client, secret, self.namespace, self.connections())
        self.env_from = [env_from(secret), *self.env_from]
        with deleting_secret(self.client, secret, self.namespace, self.log):
            result = super().execute(context)
        # When a deferrable task gets here, its pod was so quick that `trigger_reentry` has run already.
        return self.concluded if self.deferrable else self._succeed(context, result)

    def trigger_reentry(self, context: Context, event: dict[str, Any]) -> list[dict[str, int]] | None:
        """Resume after the triggerer, in another process than `execute` ran in."""
        # Sets the locations, which lineage needs.
        self.connections()
        secret = secret_name(self.identity(context))
        with deleting_secret(self.client, secret, event["namespace"], self.log):
            try:
                result = super().trigger_reentry(context, event)
            except AirflowException:
                if self.pod is None:
                    raise AirflowException(DELETED) from None
                raise
        if self.pod is None and result is None:
            raise AirflowException(DELETED)
        self.concluded = self._succeed(context, result)
        return self.concluded

    def cleanup(
        self, pod: k8s.V1Pod, remote_pod: k8s.V1Pod, xcom_result: Any = None, context: Context | None = None
    ) -> None:
        """As KubernetesPodOperator, except that the exit code decides what Airflow does about a failure."""
        if self._killed or not remote_pod:
            return
        try:
            remote_pod = self.pod_manager.read_pod(pod)
        except ApiException as error:
            if error.status != 404:
                raise
            raise AirflowException(DELETED) from None
        try:
            super().cleanup(pod, remote_pod, xcom_result, context)
            return
        except AirflowException as error:
            ending = ending_of(remote_pod, self.base_container_name)
            if ending is None or context is None:
                raise
            failure = error
        # Raised outside of the handler, so that the log has one error and not two.
        result, problem = read(xcom_result)
        try:
            self.conclude(context, ending, result, problem)
        except AirflowException as error:
            # Without the trigger's error, either.
            raise error from None
        raise failure

    def _push_xcom_with_fan_out(self, _ti: Any, _value: Any) -> None:
        """Does nothing: it would push the whole result, lists of files included. `conclude` pushes the counts."""

    def _write_logs(self, pod: k8s.V1Pod, **_rest: Any) -> None:
        """Write the log of a deferred task at once: its pod has ended or timed out, so there is nothing to follow."""
        lines = self.client.read_namespaced_pod_log(
            pod.metadata.name, pod.metadata.namespace, container=self.base_container_name, _preload_content=False
        )
        for line in lines:
            self.pod_manager._log_message(line.decode(errors="replace").rstrip("\n"))

    @cached_property
    def pod_manager(self) -> PodManager:
        manager = LevelledLogs(kube_client=self.client, callbacks=self.callbacks)
        manager.say = self.say
        return manager

    def get_or_create_pod(self, pod_request_obj: k8s.V1Pod, context: Context) -> k8s.V1Pod:
        pod = super().get_or_create_pod(pod_request_obj, context)
        there = self.client.read_namespaced_pod(pod.metadata.name, pod.metadata.namespace)
        hand_to_pod(self.client, secret_name(self.identity(context)), there)
        return pod

    def _succeed(self, context: Context, xcom: Any) -> list[dict[str, int]] | None:
        result, problem = read(xcom)
        return self.conclude(context, Ending(0), result, problem)

    def _namespace(self) -> str:
        """The namespace that KubernetesPodOperator will use."""
        if self.namespace:
            return self.namespace
        template = (self.pod_template_dict or {}).get("metadata", {}).get("namespace")
        return template or self.hook.get_namespace() or self._incluster_namespace or "default"


def whole(template: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A pod template needs a container. Adds the base container to a template that names none."""
    if template is None:
        return None
    return {**template, "spec": {"containers": [{"name": "base"}], **template.get("spec", {})}}
