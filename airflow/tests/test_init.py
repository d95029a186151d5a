"""What `airflow-init` is asked for, before it touches anything. What it does is tried on the stack itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "init/init.py"


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    named = {"AIRFLOW_UI_USER": "airflow", "AIRFLOW_UI_PASSWORD": "airflow", "PATH": os.environ["PATH"], **environment}
    return subprocess.run([sys.executable, SCRIPT], env=named, capture_output=True, text=True)


@pytest.mark.parametrize("bind", ["0.0.0.0", "10.0.0.7"])
def test_the_demos_password_is_for_this_machine_alone(bind: str) -> None:
    ended = run(AIRFLOW_BIND=bind)
    assert ended.returncode == 64
    assert ended.stderr.startswith(f"AIRFLOW_BIND is {bind}, and AIRFLOW_UI_PASSWORD is the demo's: run bin/init")


@pytest.mark.parametrize("pools", ["sync_task", "=8", "a=8 b=many", "a=-1"])
def test_pools_that_are_none(pools: str) -> None:
    ended = run(SYNC_TASK_POOLS=pools)
    assert ended.returncode == 1
    assert "write NAME=SLOTS" in ended.stderr
