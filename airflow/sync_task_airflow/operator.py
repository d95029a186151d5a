"""
One sync-task command in one container: what is the same on every engine.

The DAG knows only connection ids. `execute` looks the connections up and hands them to the container. They are never
assigned to the task, because Airflow writes a task's arguments and rendered fields into its database.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.configuration import conf
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from sync_task_airflow import plain_errors
from sync_task_airflow.connections import endpoint_environment, find_connection, state_environment
from sync_task_airflow.installation import installation
from sync_task_airflow.lineage import lineage_of
from sync_task_airflow.overrides import overrides_of
from sync_task_airflow.paused import is_paused
from sync_task_airflow.report_link import ReportLink
from sync_task_airflow.result import Ending, raise_for_exit, summary
from sync_task_airflow.trace import TRACE, trace_of
from sync_task_airflow.visible import visible
from sync_task_airflow.words import bytes_words, counted, in_words_of_airflow

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk.types import Context

# Time for a transfer to stop cleanly and remove its temporary file.
STOP_SECONDS = 30
WITHOUT_RUN = ("check", "prune")
MOVING = ("run", "sync")
INSTALLATION = "sync-task.installation"
# Commands that a run may end with, which therefore write its report.
REPORTING = ("check", "plan", "finish", "sync")


class SyncTask(BaseOperator):
    """
    Runs `sync-task VERB` and reads its result.

    Settings of sync-task (`SYNC_TASK_PREFIX`, …) come from three places. `settings` holds those of the pipeline, the
    Airflow Variable `sync_task_<pipeline>` overrides them, and `environment` overrides both. `environment` is templated
    and shown in the UI, so it must hold no secrets; empty values count as not given.

    Pushes the counts to XCom under `result`, even when the command fails. `plan` returns its batches as
    `[{"number", "files", "bytes"}]`, for `expand(batch=…)`.

    :param verb: `check`, `plan`, `run`, `finish` or `sync`.
    :param batch: for `run`: a batch that `plan` returned.
    :param pipeline: the name that checkpoints belong to. Default: the DAG's id.
    :param run_name: the name of the run. It stays the same for every try and after clearing, so the plan is reused.
    :param source_path: overrides the connection's path; so does `target_path`.
    :param title: what the grid shows for a mapped task, in front of its batch.
    :param begins_run: for `check`: it is the first task of a run, whose report it writes when it fails.
    :param unless_paused: skip the task while the pipeline's DAG is paused in Airflow.
    :param cpus: limit of processors.
    :param memory: limit of memory: `512Mi`, `2Gi`.
    """

    contract_fields = ("environment", "pipeline", "run_name")
    ui_color = "#e6f2f0"
    operator_extra_links = (ReportLink(),)

    def __init__(
        self,
        *,
        verb: str,
        batch: dict[str, int] | None = None,
        pipeline: str = "{{ dag.dag_id }}",
        run_name: str = "{{ dag.dag_id }}.{{ run_id }}",
        source_conn_id: str = "source_sftp_conn",
        target_conn_id: str = "target_sftp_conn",
        state_conn_id: str = "sync_task_state",
        source_path: str | None = None,
        target_path: str | None = None,
        settings: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        title: str | None = None,
        begins_run: bool = False,
        unless_paused: bool = False,
        image: str | None = None,
        cpus: float = 1.0,
        memory: str = "512Mi",
        **kwargs: Any,
    ) -> None:
        # Only the image is handed on: the engine's operator refuses arguments that it does not know.
        super().__init__(image=image or os.environ.get("SYNC_TASK_IMAGE", "sync-task"), **kwargs)
        self.verb = verb
        self.batch = batch
        self.pipeline = pipeline
        self.run_name = run_name
        self.source_conn_id = source_conn_id
        self.target_conn_id = target_conn_id
        self.state_conn_id = state_conn_id
        self.source_path = source_path
        self.target_path = target_path
        self.settings = dict(settings or {})
        self.environment = dict(environment or {})
        self.title = title
        self.begins_run = begins_run
        self.unless_paused = unless_paused
        self.cpus = cpus
        self.memory = memory
        self.report_url = ""
        self.locations = ("", "")
        self.moved: dict[str, Any] | None = None

    @property
    def label(self) -> str:
        """What the grid shows for a mapped task: `batch 3 · 120 files · 4.5 MiB`, after its title if it has one."""
        if self.batch is None:
            return self.title or self.verb
        number, files, size = (self.batch[name] for name in ("number", "files", "bytes"))
        batch = f"batch {number} · {counted(files, 'file')} · {bytes_words(size)}"
        return f"{self.title} · {batch}" if self.title else batch

    def pre_execute(self, context: Context) -> None:
        super().pre_execute(context)
        plain_errors.install()
        if self.verb == "plan":
            # For the tasks that use this plan.
            context["ti"].xcom_push(key="run_name", value=self.run_name)
        if self.unless_paused and is_paused(context["ti"], self.pipeline):
            raise AirflowSkipException(f"{self.pipeline} is paused in Airflow")

    def public_environment(self, result_path: str) -> dict[str, str]:
        """Everything but the connections. Also applies the image and limits of the pipeline's Variable."""
        overrides = overrides_of(self.pipeline)
        self.image = overrides.get("image", self.image)
        self.cpus = overrides.get("cpus", self.cpus)
        self.memory = overrides.get("memory", self.memory)
        if overrides:
            self.log.info("changed by the variable sync_task_%s: %s", self.pipeline, ", ".join(sorted(overrides)))
        asked = {name: str(value) for name, value in self.environment.items() if value not in (None, "")}
        if asked.get("SYNC_TASK_DRY_RUN") and self.verb == "finish":
            raise AirflowSkipException("a dry run leaves nothing to finish")
        return {
            **self.surroundings(),
            **self.settings,
            **overrides.get("settings", {}),
            **asked,
            "SYNC_TASK_PIPELINE": self.pipeline,
            "SYNC_TASK_RESULT": result_path,
            "SYNC_TASK_LOG_FORMAT": "json",
        }

    def surroundings(self) -> dict[str, str]:
        """Settings that all containers of this stack share."""
        metrics = os.environ.get("SYNC_TASK_METRICS_URL")
        return {"SYNC_TASK_METRICS_URL": metrics} if metrics else {}

    def connections(self) -> dict[str, str]:
        """Holds secrets: for the container and nothing else."""
        environment = {
            **endpoint_environment("SOURCE", find_connection(self.source_conn_id), self.source_path),
            **endpoint_environment("TARGET", find_connection(self.target_conn_id), self.target_path),
            **state_environment(find_connection(self.state_conn_id)),
        }
        # URLs without secrets.
        self.locations = environment["SYNC_TASK_SOURCE"], environment["SYNC_TASK_TARGET"]
        return environment

    def say(self, text: str) -> str:
        """An error of sync-task, reworded for Airflow."""
        ids = {"source": self.source_conn_id, "target": self.target_conn_id, "state": self.state_conn_id}
        return in_words_of_airflow(text, ids)

    def trace(self, context: Context) -> dict[str, str]:
        """Logged once here; every line of the container's own log has it, too."""
        parent = trace_of(context["ti"])
        self.log.info("trace %s", parent.split("-")[1])
        return {TRACE: parent}

    @property
    def reports(self) -> bool:
        return self.verb in REPORTING and (self.begins_run or self.verb not in WITHOUT_RUN)

    def run_url(self, context: Context) -> dict[str, str]:
        """The page of the run in Airflow, for the link in its report."""
        site = os.environ.get("SYNC_TASK_AIRFLOW_URL") or conf.get("api", "base_url", fallback=None)
        if not site or not self.reports:
            return {}
        dag, run = (quote(name, safe="") for name in (context["ti"].dag_id, context["ti"].run_id))
        return {"SYNC_TASK_RUN_URL": f"{site.rstrip('/')}/dags/{dag}/runs/{run}"}

    def command_line(self) -> list[str]:
        command = [self.verb]
        if self.begins_run or self.verb not in WITHOUT_RUN:
            command += ["--run", self.run_name]
        if self.batch is not None:
            command += ["--batch", str(self.batch["number"])]
        return command

    def identity(self, context: Context) -> dict[str, str]:
        """Labels that name this task. Tries differ only in the last one."""
        ti = context["ti"]
        return {
            INSTALLATION: installation(),
            "sync-task.dag": ti.dag_id,
            "sync-task.run": ti.run_id,
            "sync-task.task": ti.task_id,
            "sync-task.map-index": str(ti.map_index),
            "sync-task.try": str(ti.try_number),
        }

    def conclude(
        self, context: Context, ending: Ending, result: dict[str, Any] | None, problem: str
    ) -> list[dict[str, int]] | None:
        """Push the counts, then raise the error that Airflow should react to, or return the task's value."""
        if result is not None:
            context["ti"].xcom_push(key="result", value=summary(result))
            if self.verb in MOVING:
                self.moved = summary(result)
            site = os.environ.get("SYNC_TASK_REPORTS_URL")
            if site and result.get("report"):
                self.report_url = f"{site.rstrip('/')}/{visible(str(result['report']))}"
                # Airflow's log page turns it into a link; the button is harder to find, below *Details*.
                self.log.info("report: %s", self.report_url)
        raise_for_exit(self.verb, ending, result, problem, self.say)
        if self.verb != "plan" or result is None or self.environment.get("SYNC_TASK_DRY_RUN"):
            return [] if self.verb == "plan" else None
        return [{name: batch[name] for name in ("number", "files", "bytes")} for batch in result["batches"]]

    def get_openlineage_facets_on_complete(self, _task_instance: Any) -> OperatorLineage | None:
        """Called by the OpenLineage provider, after a failure too: most files may have been moved."""
        return lineage_of(*self.locations, self.moved) if self.moved else None
