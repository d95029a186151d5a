"""
`SyncTaskOperator`, on the engine that `SYNC_TASK_ENGINE` names: `docker` (the default) or `kubernetes`.

Only the provider of that engine is imported.
"""

from __future__ import annotations

import os

engine = os.environ.get("SYNC_TASK_ENGINE") or "docker"

if engine == "docker":
    from sync_task_airflow.docker_engine import DockerSyncTask as SyncTaskOperator
elif engine == "kubernetes":
    from sync_task_airflow.kubernetes_engine import KubernetesSyncTask as SyncTaskOperator
else:
    raise ValueError(f"SYNC_TASK_ENGINE is {engine!r}: it can be docker or kubernetes")

__all__ = ["SyncTaskOperator"]
