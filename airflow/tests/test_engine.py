from __future__ import annotations

import os
import subprocess
import sys


def test_the_engine_is_chosen_by_the_environment() -> None:
    def said(engine: str) -> str:
        code = "from sync_task_airflow import SyncTaskOperator; print(SyncTaskOperator.__name__)"
        environment = {**os.environ, "SYNC_TASK_ENGINE": engine}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        return (done.stdout or done.stderr).strip().splitlines()[-1]

    assert said("kubernetes") == "KubernetesSyncTask"
    assert said("") == "DockerSyncTask"
    assert said("podman") == "ValueError: SYNC_TASK_ENGINE is 'podman': it can be docker or kubernetes"
