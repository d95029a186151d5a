"""The stack's connections, made from the secrets volume."""

import os
from pathlib import Path

SECRETS = Path("/secrets")


def secret(name: str) -> str:
    return (SECRETS / name).read_text()


def sftp(host: str) -> dict:
    return {
        "conn_type": "sftp",
        "host": host,
        "port": 22,
        "login": os.environ["SFTP_USER"],
        "extra": {
            "path": "/data",
            "private_key": secret("sftp_private_key"),
            "known_hosts": secret("known_hosts"),
        },
    }


def connections() -> dict[str, dict]:
    """By id, as arguments of Airflow's model."""
    return {
        "source_sftp_conn": sftp("sftp-source"),
        "target_sftp_conn": sftp("sftp-target"),
        # The bucket service of the compose profile s3; point it elsewhere in the UI.
        "aws_default": {
            "conn_type": "aws",
            "login": secret("s3_access_key").strip(),
            "password": secret("s3_secret_key").strip(),
            "extra": {"endpoint_url": "http://s3:7070", "region_name": "us-east-1"},
        },
        "sync_task_state": {
            "conn_type": "postgres",
            "host": "postgres",
            "port": 5432,
            "login": "sync_task",
            "schema": "sync_task",
            "password": secret("state_password").strip(),
        },
    }
