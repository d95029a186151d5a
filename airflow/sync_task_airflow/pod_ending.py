"""How a pod ended, and the result that its sidecar handed on."""

from __future__ import annotations

from typing import Any

from airflow.providers.cncf.kubernetes.utils.xcom_sidecar import PodDefaults
from kubernetes.client import models as k8s

from sync_task_airflow.result import BrokenResult, Ending, checked

RESULT_PATH = f"{PodDefaults.XCOM_MOUNT_PATH}/return.json"


def ending_of(pod: k8s.V1Pod, container: str) -> Ending | None:
    """How the container ended. None where it has not begun: the operator's own error then says why."""
    status = pod.status
    reason = (status.reason or "").lower() if status else ""
    for each in (status.container_statuses if status else None) or []:
        terminated = each.state and each.state.terminated
        if each.name == container and terminated:
            return Ending(terminated.exit_code, terminated.reason == "OOMKilled", reason)
    return Ending(137, reason=reason) if reason in ("evicted", "preempting", "nodelost", "shutdown") else None


def read(xcom: Any) -> tuple[dict[str, Any] | None, str]:
    """The result, or why there is none."""
    if xcom is None:
        return None, f"it wrote no result file {RESULT_PATH}"
    try:
        return checked(xcom), ""
    except BrokenResult as error:
        return None, str(error)
