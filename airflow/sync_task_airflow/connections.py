"""
Airflow connections as sync-task's environment.

The mappings made here hold secrets. They go straight to the container and nowhere else: never assign one to an
attribute of an operator, a template field, an XCom or a log line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException
from airflow.sdk.log import mask_secret

if TYPE_CHECKING:
    from airflow.sdk import Connection

# Ends of the names of variables whose values are secret.
SECRETS = (
    "_PASSWORD",
    "_PRIVATE_KEY",
    "_PASSPHRASE",
    "_AWS_SECRET_ACCESS_KEY",
    "_AWS_SESSION_TOKEN",
    "_AZURE_STORAGE_CONNECTION_STRING",
    "_AZURE_STORAGE_KEY",
    "_AZURE_STORAGE_SAS_TOKEN",
)


def find_connection(conn_id: str) -> Connection:
    try:
        return BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        raise AirflowFailException(f"there is no connection {conn_id!r}: make it in Admin > Connections") from None


def is_secret(name: str) -> bool:
    """Whether the variable, one of those made here, holds a secret."""
    return name.endswith(SECRETS)


def endpoint_environment(role: str, connection: Connection, path: str | None = None) -> dict[str, str]:
    """
    The settings of the source or the target. Raises AirflowFailException.

    :param role: `SOURCE` or `TARGET`.
    :param path: overrides the connection's own. A folder; for type aws `s3://bucket/prefix`, for type wasb
        `az://container/prefix`.
    """
    if connection.conn_type in ("sftp", "ssh"):
        settings = sftp_settings(connection, path)
    elif connection.conn_type == "aws":
        settings = s3_settings(connection, path)
    elif connection.conn_type == "wasb":
        settings = azure_settings(connection, path)
    else:
        raise wrong(connection, f"is of type {connection.conn_type!r}, not 'sftp', 'aws' or 'wasb'")
    return {f"SYNC_TASK_{role}{name}": value for name, value in settings.items() if value}


def sftp_settings(connection: Connection, path: str | None) -> dict[str, str | None]:
    """
    Reads host, port, login, password and the extras `path` (the root; default: the login's home folder), `private_key`,
    `private_key_passphrase`, `known_hosts`, `host_key` and `no_host_key_check`.
    """
    if not connection.host or not connection.login:
        raise wrong(connection, "has no host or no login")
    extra = connection.extra_dejson
    secrets = {
        "_PASSWORD": connection.password,
        "_PRIVATE_KEY": extra.get("private_key"),
        "_PASSPHRASE": extra.get("private_key_passphrase"),
    }
    for secret in secrets.values():
        mask(secret)
    return {
        **secrets,
        "_KNOWN_HOSTS": extra.get("known_hosts"),
        "_HOST_KEY": fingerprint(connection, extra.get("host_key")),
        "_INSECURE_IGNORE_HOST_KEY": "true" if is_true(extra.get("no_host_key_check")) else None,
        "": sftp_url(connection, path or extra.get("path")),
    }


def s3_settings(connection: Connection, path: str | None) -> dict[str, str | None]:
    """
    Reads login (access key), password (secret key) and the extras `aws_session_token`, `region_name` and
    `endpoint_url`.
    """
    extra = connection.extra_dejson
    needs(connection, path, "s3://bucket/prefix")
    secrets = {
        "_AWS_SECRET_ACCESS_KEY": connection.password or extra.get("aws_secret_access_key"),
        "_AWS_SESSION_TOKEN": extra.get("aws_session_token"),
    }
    for secret in secrets.values():
        mask(secret)
    return {
        **secrets,
        "_AWS_ACCESS_KEY_ID": connection.login or extra.get("aws_access_key_id"),
        "_AWS_REGION": extra.get("region_name"),
        "_AWS_ENDPOINT_URL_S3": extra.get("endpoint_url"),
        "": path,
    }


def azure_settings(connection: Connection, path: str | None) -> dict[str, str | None]:
    """
    Reads login (the account), password (its key), host (an endpoint with its scheme) and the extras
    `connection_string` and `sas_token`, like Airflow's hook for Azure Blob Storage.
    """
    needs(connection, path, "az://container/prefix")
    extra = connection.extra_dejson
    sas_token = extra.get("sas_token")
    secrets = {
        "_AZURE_STORAGE_CONNECTION_STRING": extra.get("connection_string"),
        "_AZURE_STORAGE_KEY": connection.password if not sas_token else None,
        "_AZURE_STORAGE_SAS_TOKEN": sas_token,
    }
    for secret in secrets.values():
        mask(secret)
    host = connection.host or ""
    return {
        **secrets,
        "_AZURE_STORAGE_ACCOUNT": connection.login,
        "_AZURE_STORAGE_SERVICE_ENDPOINT": host if "://" in host else None,
        "": path,
    }


def needs(connection: Connection, path: str | None, example: str) -> None:
    if not path or not path.startswith(example.split("//")[0] + "//"):
        raise AirflowFailException(
            f"nothing says which bucket is meant on connection {connection.conn_id!r}: give it a path: {example}"
        )


def state_environment(connection: Connection) -> dict[str, str]:
    """The settings of the state, from a Postgres connection."""
    if connection.conn_type not in ("postgres", "postgresql"):
        raise wrong(connection, f"is of type {connection.conn_type!r}, not 'postgres'")
    mask(connection.password)
    url = f"postgres://{authority(connection, 5432)}/{quote(connection.schema or '', safe='')}"
    environment = {"SYNC_TASK_STATE": url}
    if connection.password:
        environment["SYNC_TASK_STATE_PASSWORD"] = connection.password
    return environment


def sftp_url(connection: Connection, path: str | None) -> str:
    """`sftp://user@host:port/path`, without any secret."""
    return f"sftp://{authority(connection, 22)}/{quote(str(path or '~').strip('/'), safe='/~')}"


def authority(connection: Connection, default_port: int) -> str:
    host = connection.host or ""
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"{quote(connection.login or '', safe='')}@{host}:{connection.port or default_port}"


def fingerprint(connection: Connection, host_key: str | None) -> str | None:
    """`SHA256:…` of a host key as Airflow's SSH hook takes it: `type base64`, or base64 alone. Keeps fingerprints."""
    if not host_key or host_key.startswith("SHA256:"):
        return host_key or None
    parts = host_key.split()
    try:
        blob = base64.b64decode(parts[1] if len(parts) > 1 else parts[0], validate=True)
    except (binascii.Error, IndexError):
        raise wrong(connection, "has an extra 'host_key' that is no public key and no SHA256: fingerprint") from None
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def mask(secret: str | None) -> None:
    """Hide a secret in the task's log. Also each line of a key, because logs are written line by line."""
    if not secret:
        return
    mask_secret(secret)
    for line in secret.splitlines():
        if len(line) > 16 and not line.startswith("-----"):
            mask_secret(line)


def wrong(connection: Connection, problem: str) -> AirflowFailException:
    return AirflowFailException(f"connection {connection.conn_id!r} {problem}: change it in Admin > Connections")


def is_true(value: Any) -> bool:
    return str(value).lower() == "true"
