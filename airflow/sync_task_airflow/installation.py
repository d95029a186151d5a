"""
Which Airflow a container belongs to: several may share one engine or namespace, with the same DAGs and run ids, and
none may take another's container for one that it left over.

`SYNC_TASK_INSTALLATION` names it (the packaged stack sets it to its Compose project's name). Elsewhere Airflow's own
database remembers a random one, made by the first task that asks.
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
        # Read again: of two tasks that begin at once, the last one's stands.
        name = Variable.get(VARIABLE)
    # As a label of Kubernetes may be.
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name)[:63].strip("_.-")
