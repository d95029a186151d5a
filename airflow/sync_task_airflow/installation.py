"""
The Airflow that a container belongs to. Several can share one engine or namespace, with the same DAGs and run ids, and
none may remove another's containers as its own left-overs.

`SYNC_TASK_INSTALLATION` names it; the packaged stack sets it to the name of its Compose project. Otherwise the first
task that asks makes a random name, and Airflow's database keeps it.
"""

from __future__ import annotations

import os
import re
import secrets

from airflow.sdk import Variable

VARIABLE = "sync_task.installation"


def installation() -> str:
    name = os.environ.get("SYNC_TASK_INSTALLATION") or Variable.get(VARIABLE, default=None)
    if not name:
        Variable.set(VARIABLE, secrets.token_hex(8), description="Labels the containers of sync-task: keep it")
        # Read back: when two tasks start at once, the last write wins.
        name = Variable.get(VARIABLE)
    # A valid value of a Kubernetes label.
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name)[:63].strip("_.-")
