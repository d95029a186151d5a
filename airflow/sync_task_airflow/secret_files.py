"""
Secrets for a container, as files in memory: what stands in its environment is shown by `docker inspect` to everybody
who may look at the engine.

A folder in memory exists only while its container runs. So the container waits, before its command begins, until the
files are there.
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
# As in the image, but for the wait: tini is PID 1, forwards signals and reaps.
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
    """A volume, and no tmpfs mount: the engine lets nobody write to the latter."""
    options = {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,mode=0755,nosuid,nodev,noexec"}
    return Mount(target=FOLDER, source=None, type="volume", driver_config=DriverConfig("local", options))


def as_files(environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The environment, with the names of files where secrets stood; and the files."""
    files = {name.lower(): value for name, value in environment.items() if is_secret(name)}
    named = {f"{name}_FILE": f"{FOLDER}/{name.lower()}" for name in environment if is_secret(name)}
    return {**{name: value for name, value in environment.items() if not is_secret(name)}, **named}, files


def put(client: APIClient, container_id: str, files: Mapping[str, str]) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        # sync-task takes one line end away.
        for name, text in [*((name, f"{value}\n") for name, value in files.items()), (COMPLETE, "")]:
            content = text.encode()
            member = tarfile.TarInfo(name)
            # Whatever user the container runs as; nobody else sees its folder.
            member.size, member.mode = len(content), 0o444
            tar.addfile(member, io.BytesIO(content))
    client.put_archive(container_id, FOLDER, archive.getvalue())
