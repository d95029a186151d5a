"""
Runs sync-task's containers on a Docker Engine.

DockerOperator alone would not do. Its `private_environment` is an argument, and Airflow writes the arguments of a
mapped task into the serialised DAG, secrets included. It unpickles what a container returns, so a container could run
code in the worker. And it offers neither a read-only root nor fewer rights.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from secrets import token_hex
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from airflow.providers.docker.operators.docker import DockerOperator
from airflow.sdk.exceptions import AirflowFailException
from docker.errors import DockerException, ImageNotFound, NotFound
from docker.types import Mount
from requests import RequestException

from sync_task_airflow import secret_files
from sync_task_airflow.container_logs import follow_until_exit
from sync_task_airflow.dead_try import end_log_of_try
from sync_task_airflow.operator import INSTALLATION, STOP_SECONDS, SyncTask
from sync_task_airflow.result import BrokenResult, Ending, read_result
from sync_task_airflow.words import counted

if TYPE_CHECKING:
    from airflow.sdk.types import Context

# A folder of the image that any user may write to. It is a volume because the engine cannot read the tmpfs of a stopped
# container.
RESULT_FOLDER = "/result"
RESULT_PATH = f"{RESULT_FOLDER}/result.json"
# Where the volume of the reports is mounted.
REPORT_FOLDER = "/reports"
MEMORY_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


class DockerSyncTask(SyncTask, DockerOperator):
    """:param network_mode: the network that the container joins."""

    template_fields: Sequence[str] = ("image", *SyncTask.contract_fields)
    ui_color = SyncTask.ui_color

    def __init__(self, *, network_mode: str | None = None, kubernetes: Any = None, **kwargs: Any) -> None:
        del kubernetes  # For the other engine.
        super().__init__(
            network_mode=network_mode or os.environ.get("SYNC_TASK_NETWORK", "sync-task"), mount_tmp_dir=False, **kwargs
        )

    def execute(self, context: Context) -> list[dict[str, int]] | None:
        labels = self.identity(context)
        connections, secrets = secret_files.as_files(self.connections())
        public = {**self.public_environment(RESULT_PATH), **self.trace(context), **self.run_url(context)}
        environment = {**public, **connections}
        self._remove_left_over(context, labels)
        container_id = self._create(environment, labels)
        result = None
        problem = ""
        try:
            self.cli.start(container_id)
            secret_files.put(self.cli, container_id, secrets)
            state = follow_until_exit(self.cli, container_id, self.log, self.say)
            try:
                result = read_result(self.cli, container_id, RESULT_PATH)
            except BrokenResult as error:
                problem = str(error)
        finally:
            self._remove(container_id)
        return self.conclude(context, Ending(state["ExitCode"], bool(state.get("OOMKilled"))), result, problem)

    def on_kill(self) -> None:
        """Stop the command cleanly. `execute` then continues, and removes the container."""
        if self.container is None:
            return
        try:
            self.cli.stop(self.container["Id"], timeout=STOP_SECONDS)
        except NotFound:
            self.log.info("the container is gone already")

    def _create(self, environment: dict[str, str], labels: dict[str, str]) -> str:
        memory = bytes_of(self.memory)
        try:
            self.container = self.cli.create_container(
                name=self._name(),
                image=self.image,
                entrypoint=secret_files.ENTRYPOINT,
                command=self.command_line(),
                environment=environment,
                labels=labels,
                user=self.user,
                host_config=self.cli.create_host_config(
                    network_mode=self.network_mode,
                    read_only=True,
                    tmpfs={"/tmp": "size=64m,mode=1777,noexec,nosuid,nodev"},
                    mounts=[
                        Mount(target=RESULT_FOLDER, source=None, type="volume"),
                        secret_files.mount(),
                        *self._report_mounts(),
                    ],
                    cap_drop=["ALL"],
                    security_opt=["no-new-privileges"],
                    mem_limit=memory,
                    memswap_limit=memory,
                    nano_cpus=round(self.cpus * 1e9),
                    pids_limit=256,
                ),
            )
        except ImageNotFound:
            raise AirflowFailException(
                f"there is no image {self.image!r} on the engine: `docker compose build sync-task` builds it"
            ) from None
        return self.container["Id"]

    def _name(self) -> str:
        """What `docker ps` shows: `sync-task-orders-run-batch-3-120-files-4f1c9a`."""
        parts = [self.pipeline, self.verb]
        if self.batch is not None:
            parts.append(f"batch-{self.batch['number']}-{counted(self.batch['files'], 'file')}")
        return re.sub(r"[^A-Za-z0-9_.-]", "-", "-".join(["sync-task", *parts, token_hex(3)]))

    @property
    def _report_volume(self) -> str:
        return os.environ.get("SYNC_TASK_REPORT_VOLUME", "") if self.reports else ""

    def surroundings(self) -> dict[str, str]:
        report = {"SYNC_TASK_REPORT_DIR": REPORT_FOLDER} if self._report_volume else {}
        return {**super().surroundings(), **report}

    def _report_mounts(self) -> list[Mount]:
        if not self._report_volume:
            return []
        return [Mount(target=REPORT_FOLDER, source=self._report_volume, type="volume")]

    def _remove_left_over(self, context: Context, labels: dict[str, str]) -> None:
        """
        Stop and remove the containers that earlier tries left when their workers died: those of this task, and for
        `finish` those of the whole run. The new container resumes where the old one stopped, so nothing is lost and no
        two containers do the same work.
        """
        names = [INSTALLATION, "sync-task.dag", "sync-task.run"]
        if self.verb != "finish":
            names += ["sync-task.task", "sync-task.map-index"]
        same = [f"{name}={labels[name]}" for name in names]
        for container in self.cli.containers(all=True, filters={"label": same}):
            theirs = container.get("Labels") or {}
            # The `finish` of another day of this run is no left-over.
            is_sibling = theirs.get("sync-task.map-index") != labels["sync-task.map-index"]
            if is_sibling and theirs.get("sync-task.task") == labels["sync-task.task"]:
                continue
            self._tell_of(context["ti"], theirs, container["Id"][:12])
            self._remove(container["Id"])

    def _tell_of(self, ti: Any, theirs: dict[str, str], short_id: str) -> None:
        number, task = theirs.get("sync-task.try", "?"), theirs.get("sync-task.task", "?")
        what = "this try" if task == ti.task_id else "the next one"
        reason = f"its worker died or lost touch with Airflow: container {short_id} is stopped and removed"
        self.log.warning("try %s of %s ended without a word, %s; %s goes on there", number, task, reason, what)
        if number.isdecimal():
            map_index = int(theirs.get("sync-task.map-index", "-1"))
            dead = SimpleNamespace(dag_id=ti.dag_id, run_id=ti.run_id, task_id=task, map_index=map_index)
            end_log_of_try(dead, int(number), f"this try ended here, {reason}")

    def _remove(self, container_id: str) -> None:
        """Stop the container cleanly, then remove it and its volumes. Warns on failure, so an earlier error stays."""
        try:
            self.cli.stop(container_id, timeout=STOP_SECONDS)
            self.cli.remove_container(container_id, v=True, force=True)
        except NotFound:
            return
        except (DockerException, RequestException) as error:
            self.log.warning("container %s could not be removed: %s", container_id[:12], error)


def bytes_of(memory: str) -> int:
    """`512Mi` in bytes."""
    return int(memory[:-2]) * MEMORY_UNITS[memory[-2:]]
