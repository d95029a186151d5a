"""
Secrets for a container, as files in memory. `docker inspect` shows a container's environment to everyone with access to
the engine.

A folder in memory exists only while its container runs. So the container starts, waits for the files, and only then
begins its command.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from docker.types import DriverConfig, Mount

from sync_task_airflow.connections import is_secret

if TYPE_CHECKING:
    from docker import APIClient

FOLDER = "/run/secrets"
# Written last.
COMPLETE = "complete"
MOST_SECONDS = 120
# That of the image, with the wait added. tini is PID 1: it forwards signals and reaps processes.
ENTRYPOINT = [
    "tini",
    "--",
    "sh",
    "-c",
    f'n=0; until [ -e {FOLDER}/{COMPLETE} ]; do n=$((n+1)); [ "$n" -lt {MOST_SECONDS * 10} ] || '
    f'{{ echo "the secrets did not come within {MOST_SECONDS} s" >&2; exit 75; }}; sleep 0.1; done; exec "$@"',
    "sh",
    "sync-task",
]


def mount() -> Mount:
    """A volume of type tmpfs. The engine's API cannot write to a plain tmpfs mount."""
    options = {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,mode=0755,nosuid,nodev,noexec"}
    return Mount(target=FOLDER, source=None, type="volume", driver_config=DriverConfig("local", options))


def as_files(environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The environment with each secret replaced by the path of a file, and the files by name."""
    files = {name.lower(): value for name, value in environment.items() if is_secret(name)}
    named = {f"{name}_FILE": f"{FOLDER}/{name.lower()}" for name in environment if is_secret(name)}
    return {**{name: value for name, value in environment.items() if not is_secret(name)}, **named}, files


def put(client: APIClient, container_id: str, files: Mapping[str, str]) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        # sync-task removes one line end.
        for name, text in [*((name, f"{value}\n") for name, value in files.items()), (COMPLETE, "")]:
            content = text.encode()
            member = tarfile.TarInfo(name)
            # Readable for any user the container may run as. Nobody else sees its folder.
            member.size, member.mode = len(content), 0o444
            tar.addfile(member, io.BytesIO(content))
    client.put_archive(container_id, FOLDER, archive.getvalue())
