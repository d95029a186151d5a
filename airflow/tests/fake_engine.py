"""The part of docker's APIClient that the operator uses. Containers are functions from command to exit and result."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from docker.errors import NotFound
from docker.types import HostConfig


@dataclass
class Ending:
    """How a container ends. `result` is the result file: a dict becomes JSON, None means that there is none."""

    exit_code: int = 0
    result: Any = None
    out_of_memory: bool = False
    log: list[str] = field(default_factory=list)
    claimed_size: int | None = None


@dataclass
class Container:
    id: str
    command: list[str]
    environment: dict[str, str]
    labels: dict[str, str]
    host_config: dict[str, Any]
    ending: Ending
    image: str = ""
    running: bool = False
    name: str = ""
    # Files that were put into it, with the one line end that sync-task takes away taken away.
    secrets: dict[str, str] = field(default_factory=dict)


class FakeEngine:
    def __init__(self) -> None:
        self.created: list[Container] = []
        self.there: dict[str, Container] = {}
        self.stopped: list[str] = []
        self.behave: Callable[[list[str]], Ending] = lambda _command: Ending(result=make_result())
        # What the log stream does before it gives lines: the tests break it here.
        self.before_logs: Callable[[Container], None] = lambda _container: None

    def create_host_config(self, **options: Any) -> dict[str, Any]:
        return HostConfig(version="1.41", **options)

    def create_container(self, *, image: str, command: list[str], environment: dict[str, str], **rest: Any) -> dict:
        container = Container(
            id=f"container{len(self.created)}",
            command=command,
            environment=environment,
            labels=rest["labels"],
            host_config=rest["host_config"],
            ending=self.behave(command),
            image=image,
            name=rest.get("name", ""),
        )
        assert image, "a container has an image"
        self.created.append(container)
        self.there[container.id] = container
        return {"Id": container.id, "Warnings": None}

    def start(self, container_id: str) -> None:
        self._get(container_id).running = True

    def put_archive(self, container_id: str, path: str, data: bytes) -> bool:
        container = self._get(container_id)
        assert container.running, "a folder in memory is there while the container runs"
        assert path in [mount["Target"] for mount in container.host_config["Mounts"]]
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                content = tar.extractfile(member).read().decode()  # type: ignore[union-attr]
                container.secrets[f"{path}/{member.name}"] = content.removesuffix("\n")
        return True

    def logs(self, container_id: str, **_options: Any) -> Iterator[bytes]:
        container = self._get(container_id)
        self.before_logs(container)
        for number, line in enumerate(container.ending.log):
            yield f"2026-01-01T00:00:00.{number:09d}Z {line}\n".encode()
        container.running = False

    def inspect_container(self, container_id: str) -> dict[str, Any]:
        container = self._get(container_id)
        return {
            "State": {
                "Running": container.running,
                "ExitCode": container.ending.exit_code,
                "OOMKilled": container.ending.out_of_memory,
            }
        }

    def get_archive(self, container_id: str, path: str) -> tuple[Iterator[bytes], dict[str, Any]]:
        ending = self._get(container_id).ending
        if ending.result is None:
            raise NotFound(f"no such file {path}")
        content = ending.result if isinstance(ending.result, bytes) else json.dumps(ending.result).encode()
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            member = tarfile.TarInfo("result.json")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        size = len(content) if ending.claimed_size is None else ending.claimed_size
        data = archive.getvalue()
        return (data[at : at + 65536] for at in range(0, len(data), 65536)), {"name": "result.json", "size": size}

    def containers(self, *, all: bool, filters: dict[str, list[str]]) -> list[dict[str, Any]]:
        assert all, "ended containers are left over too"
        wanted = dict(label.split("=", 1) for label in filters["label"])
        return [{"Id": c.id, "Labels": c.labels} for c in self.there.values() if wanted.items() <= c.labels.items()]

    def stop(self, container_id: str, timeout: int) -> None:
        assert timeout > 0, "a kill would leave temporary files at the target"
        self._get(container_id).running = False
        self.stopped.append(container_id)

    def remove_container(self, container_id: str, *, v: bool, force: bool) -> None:
        assert (v, force) == (True, True), "its volume goes with it, whatever it does"
        del self.there[self._get(container_id).id]

    def _get(self, container_id: str) -> Container:
        if container_id not in self.there:
            raise NotFound(f"no such container {container_id}")
        return self.there[container_id]


def make_result(command: str = "run", **changes: Any) -> dict[str, Any]:
    return {
        "schemaVersion": 1,
        "command": command,
        "pipeline": "sftp_sync",
        "run": "sftp_sync.r1",
        "status": "done",
        "files": {"copied": 3},
        "bytes": {"written": 99},
        "batches": [],
        "errors": [],
        "errorsLeftOut": 0,
        "durationMs": 5,
        **changes,
    }


def make_error(message: str) -> dict[str, str]:
    return {"path": "a.txt", "kind": "permanent", "reason": "x", "message": message}
