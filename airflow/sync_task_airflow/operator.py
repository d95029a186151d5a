"""
One sync-task command as one container.

Why not DockerOperator alone: its `private_environment` is an argument, and the arguments of a mapped task are written
into the serialised DAG, secrets included. Here the DAG knows connection ids; the connections are looked up in
`execute`, go into the container's environment, and are never assigned to the task. It also unpickles what a container
hands back (a container could then run code in the worker), and has no way to ask for a read-only root or fewer rights.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.providers.docker.operators.docker import DockerOperator
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowFailException
from docker.errors import DockerException, ImageNotFound, NotFound
from docker.types import Mount
from requests import RequestException

from sync_task_airflow.connections import endpoint_environment, state_environment
from sync_task_airflow.container_logs import follow_until_exit
from sync_task_airflow.result import BrokenResult, raise_for_exit, read_result, summary

if TYPE_CHECKING:
    from airflow.sdk.types import Context

# A folder of the image that every user may write to. Mounted as a volume: the engine can't read the tmpfs of a stopped
# container.
RESULT_FOLDER = "/result"
RESULT_PATH = f"{RESULT_FOLDER}/result.json"
# Time for a transfer to end cleanly, its temporary file removed.
STOP_SECONDS = 30


class SyncTaskOperator(DockerOperator):
    """
    Runs `sync-task VERB` and reads its result.

    `environment` takes sync-task's settings (`SYNC_TASK_PREFIX`, …; templated, shown in the UI, empty values count as
    not given), never secrets. Pushes the counts to XCom under `result`, also where the command fails; `plan` returns
    its batches as `[{"number", "files", "bytes"}]`, for `expand(batch=…)`.

    :param verb: `check`, `plan`, `run` or `finish`.
    :param batch: for `run`: one of the batches that `plan` returned.
    :param pipeline: the name under which files are remembered. Default: the DAG's id.
    :param cpus: processors at most.
    :param mem_limit: memory at most.
    """

    template_fields: Sequence[str] = ("image", "environment", "pipeline")
    ui_color = "#e6f2f0"

    def __init__(
        self,
        *,
        verb: str,
        batch: dict[str, int] | None = None,
        pipeline: str = "{{ dag.dag_id }}",
        source_conn_id: str = "source_sftp_conn",
        target_conn_id: str = "target_sftp_conn",
        state_conn_id: str = "sync_task_state",
        image: str | None = None,
        network_mode: str | None = None,
        mem_limit: str = "512m",
        cpus: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            image=image or os.environ.get("SYNC_TASK_IMAGE", "sync-task"),
            network_mode=network_mode or os.environ.get("SYNC_TASK_NETWORK", "sync-task"),
            mem_limit=mem_limit,
            cpus=cpus,
            mount_tmp_dir=False,
            **kwargs,
        )
        self.verb = verb
        self.batch = batch
        self.pipeline = pipeline
        self.source_conn_id = source_conn_id
        self.target_conn_id = target_conn_id
        self.state_conn_id = state_conn_id

    @property
    def label(self) -> str:
        """What the grid shows for a mapped task: `batch 3 · 120 files · 4.5 MB`."""
        if self.batch is None:
            return self.verb
        number, files, size = (self.batch[name] for name in ("number", "files", "bytes"))
        return f"batch {number} · {files} {'file' if files == 1 else 'files'} · {decimal(size)}"

    def execute(self, context: Context) -> list[dict[str, int]] | None:
        labels = self._labels(context)
        self._remove_left_over(labels)
        container_id = self._create(context, labels)
        result = None
        problem = ""
        try:
            self.cli.start(container_id)
            state = follow_until_exit(self.cli, container_id, self.log)
            try:
                result = read_result(self.cli, container_id, RESULT_PATH)
            except BrokenResult as error:
                problem = str(error)
        finally:
            self._remove(container_id)
        if result is not None:
            context["ti"].xcom_push(key="result", value=summary(result))
        raise_for_exit(self.verb, state, result, problem)
        if self.verb != "plan" or result is None:
            return None
        return [{name: batch[name] for name in ("number", "files", "bytes")} for batch in result["batches"]]

    def on_kill(self) -> None:
        """Let the command end cleanly. `execute` goes on after this and removes the container."""
        if self.container is None:
            return
        try:
            self.cli.stop(self.container["Id"], timeout=STOP_SECONDS)
        except NotFound:
            self.log.info("the container is gone already")

    def _create(self, context: Context, labels: dict[str, str]) -> str:
        settings = {name: str(value) for name, value in self.environment.items() if value not in (None, "")}
        try:
            self.container = self.cli.create_container(
                image=self.image,
                command=self._command(context),
                environment={
                    **settings,
                    "SYNC_TASK_PIPELINE": self.pipeline,
                    "SYNC_TASK_RESULT": RESULT_PATH,
                    "SYNC_TASK_LOG_FORMAT": "json",
                    **self._connections(),
                },
                labels=labels,
                user=self.user,
                host_config=self.cli.create_host_config(
                    network_mode=self.network_mode,
                    read_only=True,
                    tmpfs={"/tmp": "size=64m,mode=1777,noexec,nosuid,nodev"},
                    mounts=[Mount(target=RESULT_FOLDER, source=None, type="volume")],
                    cap_drop=["ALL"],
                    security_opt=["no-new-privileges"],
                    mem_limit=self.mem_limit,
                    memswap_limit=self.mem_limit,
                    nano_cpus=round(self.cpus * 1e9),
                    pids_limit=256,
                ),
            )
        except ImageNotFound:
            raise AirflowFailException(
                f"there is no image {self.image!r} on the engine: `docker compose build sync-task` builds it"
            ) from None
        return self.container["Id"]

    def _command(self, context: Context) -> list[str]:
        command = [self.verb]
        if self.verb != "check":
            # The same for every try and after clearing: the plan is found again, and what is done stays done.
            command += ["--run", f"{self.pipeline}.{context['run_id']}"]
        if self.batch is not None:
            command += ["--batch", str(self.batch["number"])]
        return command

    def _connections(self) -> dict[str, str]:
        return {
            **endpoint_environment("SOURCE", BaseHook.get_connection(self.source_conn_id)),
            **endpoint_environment("TARGET", BaseHook.get_connection(self.target_conn_id)),
            **state_environment(BaseHook.get_connection(self.state_conn_id)),
        }

    def _labels(self, context: Context) -> dict[str, str]:
        ti = context["ti"]
        return {
            "sync-task.dag": ti.dag_id,
            "sync-task.run": ti.run_id,
            "sync-task.task": ti.task_id,
            "sync-task.map-index": str(ti.map_index),
            "sync-task.try": str(ti.try_number),
        }

    def _remove_left_over(self, labels: dict[str, str]) -> None:
        """Remove what an earlier try left behind when its worker died; `finish` looks for the whole run's."""
        names = ["sync-task.dag", "sync-task.run"]
        if self.verb != "finish":
            names += ["sync-task.task", "sync-task.map-index"]
        same = [f"{name}={labels[name]}" for name in names]
        for container in self.cli.containers(all=True, filters={"label": same}):
            self.log.warning("removing container %s, left over from an earlier try", container["Id"][:12])
            self._remove(container["Id"])

    def _remove(self, container_id: str) -> None:
        """Stop cleanly where it still runs, then remove with its volume. Never hides the error that led here."""
        try:
            self.cli.stop(container_id, timeout=STOP_SECONDS)
            self.cli.remove_container(container_id, v=True, force=True)
        except NotFound:
            return
        except (DockerException, RequestException) as error:
            self.log.warning("container %s could not be removed: %s", container_id[:12], error)


def decimal(count: float) -> str:
    """Bytes for people: `4.5 MB`."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 1000 or unit == "TB":
            break
        count /= 1000
    return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
