"""
One sync-task command as one container: what is the same on every engine.

The DAG knows connection ids; the connections are looked up in `execute`, go into the container's environment, and are
never assigned to the task, whose arguments and rendered fields Airflow writes into its database.
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

# Time for a transfer to end cleanly, its temporary file removed.
STOP_SECONDS = 30
WITHOUT_RUN = ("check", "prune")
MOVING = ("run", "sync")
INSTALLATION = "sync-task.installation"
# What may be the end of a run, and writes its report then.
REPORTING = ("check", "plan", "finish", "sync")


class SyncTask(BaseOperator):
    """
    Runs `sync-task VERB` and reads its result.

    `environment` takes sync-task's settings (`SYNC_TASK_PREFIX`, …; templated, shown in the UI, empty values count as
    not given), never secrets; `settings` those that hold for the whole pipeline, which `environment` wins over, and in
    between those of the Airflow Variable `sync_task_<pipeline>`. Pushes the counts to XCom under `result`, also where
    the command fails; `plan` returns its batches as `[{"number", "files", "bytes"}]`, for `expand(batch=…)`.

    :param verb: `check`, `plan`, `run`, `finish` or `sync`.
    :param batch: for `run`: one of the batches that `plan` returned.
    :param pipeline: the name under which files are remembered. Default: the DAG's id.
    :param run_name: the name of the run. The same for every try and after clearing: the plan is found again.
    :param source_path: instead of the connection's.
    :param title: what the grid shows for a mapped task, before its batch where it has one.
    :param begins_run: for `check`: a run begins with it, and has a report where it fails.
    :param unless_paused: the task is skipped while Airflow has the pipeline's DAG paused.
    :param cpus: processors at most.
    :param memory: memory at most: `512Mi`, `2Gi`.
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
        # Not handed on to the engine's operator: it would want to be the one that knows them.
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
        """What the grid shows for a mapped task: `batch 3 · 120 files · 4.5 MiB`, behind its title where it has one."""
        if self.batch is None:
            return self.title or self.verb
        number, files, size = (self.batch[name] for name in ("number", "files", "bytes"))
        batch = f"batch {number} · {counted(files, 'file')} · {bytes_words(size)}"
        return f"{self.title} · {batch}" if self.title else batch

    def pre_execute(self, context: Context) -> None:
        super().pre_execute(context)
        plain_errors.install()
        if self.verb == "plan":
            # For the tasks that work on its plan.
            context["ti"].xcom_push(key="run_name", value=self.run_name)
        if self.unless_paused and is_paused(context["ti"], self.pipeline):
            raise AirflowSkipException(f"{self.pipeline} is paused in Airflow")

    def public_environment(self, result_path: str) -> dict[str, str]:
        """Everything but the connections. Reads the Variable, and takes its image and limits over."""
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
        """What all containers of this stack share, where it is there."""
        metrics = os.environ.get("SYNC_TASK_METRICS_URL")
        return {"SYNC_TASK_METRICS_URL": metrics} if metrics else {}

    def connections(self) -> dict[str, str]:
        """Secrets: they go into the container's environment and nowhere else."""
        environment = {
            **endpoint_environment("SOURCE", find_connection(self.source_conn_id), self.source_path),
            **endpoint_environment("TARGET", find_connection(self.target_conn_id), self.target_path),
            **state_environment(find_connection(self.state_conn_id)),
        }
        # Without any secret.
        self.locations = environment["SYNC_TASK_SOURCE"], environment["SYNC_TASK_TARGET"]
        return environment

    def say(self, text: str) -> str:
        """An error of sync-task's, in the words of Airflow."""
        ids = {"source": self.source_conn_id, "target": self.target_conn_id, "state": self.state_conn_id}
        return in_words_of_airflow(text, ids)

    def trace(self, context: Context) -> dict[str, str]:
        """Logged once: every line of the container's own log has it too."""
        parent = trace_of(context["ti"])
        self.log.info("trace %s", parent.split("-")[1])
        return {TRACE: parent}

    @property
    def reports(self) -> bool:
        return self.verb in REPORTING and (self.begins_run or self.verb not in WITHOUT_RUN)

    def run_url(self, context: Context) -> dict[str, str]:
        """Where Airflow shows the run, for the link on its report."""
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
        """Labels that name this task; another try differs in the last one alone."""
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
        """Push the counts; raise what makes Airflow react rightly, or return what the task returns."""
        if result is not None:
            context["ti"].xcom_push(key="result", value=summary(result))
            if self.verb in MOVING:
                self.moved = summary(result)
            site = os.environ.get("SYNC_TASK_REPORTS_URL")
            if site and result.get("report"):
                self.report_url = f"{site.rstrip('/')}/{visible(str(result['report']))}"
                # Airflow's pages make a link of it; the button is below *Details*.
                self.log.info("report: %s", self.report_url)
        raise_for_exit(self.verb, ending, result, problem, self.say)
        if self.verb != "plan" or result is None or self.environment.get("SYNC_TASK_DRY_RUN"):
            return [] if self.verb == "plan" else None
        return [{name: batch[name] for name in ("number", "files", "bytes")} for batch in result["batches"]]

    def get_openlineage_facets_on_complete(self, _task_instance: Any) -> OperatorLineage | None:
        """The OpenLineage provider asks, where it is in use; after a failure, too: most files may have been moved."""
        return lineage_of(*self.locations, self.moved) if self.moved else None
