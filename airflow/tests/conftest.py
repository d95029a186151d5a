"""An Airflow home of its own with connections whose secrets are easy to recognise, and an engine that runs nothing."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fake_cluster import FakeCluster

SECRETS = {
    "source key": "-----BEGIN PRIVATE KEY-----\nc291cmNla2V5c291cmNla2V5c291cmNla2V5\n-----END PRIVATE KEY-----\n",
    "source passphrase": "passphrase-4f1c-of-source",
    "target password": "password-9d27-of-target",
    "state password": "password-e1b3-of-state",
}
# What must appear nowhere: the values, and the body of the key without its line ends.
NEEDLES = ["c291cmNla2V5c291cmNla2V5c291cmNla2V5", *(value for name, value in SECRETS.items() if name != "source key")]

ROOT = Path(__file__).parent.parent
# Airflow reads its settings when it is imported.
HOME = Path(os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp()))
os.environ.update(
    AIRFLOW__CORE__DAGS_FOLDER=str(ROOT / "dags"),
    AIRFLOW__CORE__LOAD_EXAMPLES="false",
    AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH=str(HOME / "bundles"),
    AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST=json.dumps(
        [
            {"name": "dags-folder", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {}},
            {
                "name": "pipelines",
                "classpath": "sync_task_airflow.bundle.PipelineBundle",
                "kwargs": {"pipelines": str(ROOT / "pipelines")},
            },
        ]
    ),
    SYNC_TASK_PIPELINES=str(ROOT / "pipelines"),
    SYNC_TASK_ENGINE="docker",
    SYNC_TASK_INSTALLATION="this-stack",
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{HOME}/airflow.db",
    AIRFLOW__LOGGING__BASE_LOG_FOLDER=str(HOME / "logs"),
    AIRFLOW_CONN_SOURCE_SFTP_CONN=json.dumps(
        {
            "conn_type": "sftp",
            "host": "source.example",
            "login": "de mo",
            "extra": {
                "path": "/in coming",
                "private_key": SECRETS["source key"],
                "private_key_passphrase": SECRETS["source passphrase"],
                "known_hosts": "source.example ssh-ed25519 AAAA\n",
            },
        }
    ),
    AIRFLOW_CONN_TARGET_SFTP_CONN=json.dumps(
        {
            "conn_type": "sftp",
            "host": "target.example",
            "port": 2022,
            "login": "demo",
            "password": SECRETS["target password"],
            "extra": {"host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        }
    ),
    AIRFLOW_CONN_SYNC_TASK_STATE=json.dumps(
        {
            "conn_type": "postgres",
            "host": "state.example",
            "login": "sync_task",
            "password": SECRETS["state password"],
            "schema": "sync_task",
        }
    ),
)

from tests.fake_engine import FakeEngine  # noqa: E402


@pytest.fixture(scope="session")
def database() -> Path:
    """Airflow's metadata database; its file holds everything that Airflow stores."""
    from airflow.utils.db import initdb

    initdb()
    return HOME / "airflow.db"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """What `self.cli` of every operator is in the test."""
    from airflow.providers.docker.operators.docker import DockerOperator

    fake = FakeEngine()
    monkeypatch.setattr(DockerOperator, "cli", fake)
    monkeypatch.setattr("sync_task_airflow.container_logs.time.sleep", lambda _seconds: None)
    return fake


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> FakeCluster:
    """What every operator on Kubernetes talks to in the test."""
    from tests.fake_cluster import install

    return install(monkeypatch)
