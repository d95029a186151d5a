"""
Notifications about a pipeline's runs, by Airflow's own notifiers, from the `notify` block of its file.

`success` and `failure` are callbacks of the DAG, `gate` of the task `plan`, `late` of the deadline, `health` of the DAG
`sync_health`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference

from sync_task_airflow.pipeline import Pipeline, duration
from sync_task_airflow.result import GateRefused
from sync_task_airflow.visible import visible

if TYPE_CHECKING:
    from airflow.sdk import BaseNotifier
    from airflow.sdk.types import Context

# Module, class and package of each notifier.
NOTIFIERS = {
    "webhook": ("airflow.providers.http.notifications.http", "HttpNotifier", "apache-airflow-providers-http"),
    "slack": ("airflow.providers.slack.notifications.slack", "SlackNotifier", "apache-airflow-providers-slack"),
    "email": ("airflow.providers.smtp.notifications.smtp", "SmtpNotifier", "apache-airflow-providers-smtp"),
    "pagerduty": (
        "airflow.providers.pagerduty.notifications.pagerduty",
        "PagerdutyNotifier",
        "apache-airflow-providers-pagerduty",
    ),
}

MESSAGES = {
    "success": "is done",
    "failure": "has failed: its red tasks say why",
    "gate": "was refused by a gate and has copied nothing: {{ exception }}",
    "late": "is late",
    "health": "says that the pipeline {pipeline} cannot work: {{ exception }}",
}

# How each kind of message escapes the values in its templates, names of files included.
ESCAPES = {
    "email": " | string | e",
    # https://docs.slack.dev/messaging/formatting-message-text: a file called <!channel> must not notify everyone.
    "slack": " | string | replace('&', '&amp;') | replace('<', '&lt;') | replace('>', '&gt;')",
}


class MissingProvider(Exception):
    """A pipeline uses a notifier that is not installed."""


def on(event: str, pipeline: Pipeline) -> list[BaseNotifier]:
    """The notifiers for an event."""
    return [notifier(*target(each), event, pipeline) for each in wanted(event, pipeline)]


def on_gate(pipeline: Pipeline) -> list[Callable[[Context], None]]:
    """Callbacks for a task that a gate may refuse."""
    return [of_exception(each, only=GateRefused) for each in on("gate", pipeline)]


def on_health(pipeline: Pipeline) -> list[Callable[[Context], None]]:
    """Callbacks for a task of `sync_health`."""
    return [of_exception(each) for each in on("health", pipeline)]


def of_exception(notify: BaseNotifier, only: type[BaseException] = BaseException) -> Callable[[Context], None]:
    """A callback that reports why a task failed, with every invisible character spelt out."""

    def call(context: Context) -> None:
        error = context.get("exception")
        if isinstance(error, only):
            notify({**context, "exception": visible(str(error))})

    return call


def deadlines(pipeline: Pipeline) -> list[DeadlineAlert]:
    """One alert for each notifier of late runs. Alerts run in the triggerer, which does not know the run."""
    return [
        DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=duration(pipeline.values["deadline"]),
            callback=AsyncCallback(
                notifier_class(kind, pipeline),
                arguments_of(kind, given, "late", pipeline.name, f"a run of {pipeline.name}"),
            ),
        )
        for kind, given in map(target, wanted("late", pipeline))
    ]


def wanted(event: str, pipeline: Pipeline) -> list[Mapping[str, Any]]:
    return [each for each in pipeline.values.get("notify", []) if event in each["when"]]


def target(notification: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The kind of notifier, and its settings in the file."""
    return next((kind, notification[kind]) for kind in NOTIFIERS if kind in notification)


def notifier(kind: str, given: Mapping[str, Any], event: str, pipeline: Pipeline) -> BaseNotifier:
    run = "{{ dag.dag_id }}, run {{ run_id }},"
    return notifier_class(kind, pipeline)(**arguments_of(kind, given, event, pipeline.name, run))


def notifier_class(kind: str, pipeline: Pipeline) -> type[BaseNotifier]:
    module, name, package = NOTIFIERS[kind]
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError:
        raise MissingProvider(
            f"{pipeline.label}: notify: {kind} needs the package {package}, which this Airflow lacks: add it to the "
            "image, or use a webhook"
        ) from None


def arguments_of(kind: str, given: Mapping[str, Any], event: str, pipeline: str, run: str) -> dict[str, Any]:
    """Arguments of the notifier's constructor. All texts are templates."""
    message = MESSAGES[event]
    text = f"{run} {message.replace('{pipeline}', pipeline)}".replace(" }}", f"{ESCAPES.get(kind, '')} }}}}")
    late = event == "late"
    if kind == "webhook":
        body = {"event": event, "pipeline": pipeline, "text": text}
        if not late:
            body |= {"dag": "{{ dag.dag_id }}", "run": "{{ run_id }}"}
        arguments = {"http_conn_id": given["connection"], "endpoint": given.get("endpoint"), "json": body}
        return {**arguments, "headers": {"Content-Type": "application/json"}}
    if kind == "slack":
        return {"slack_conn_id": given["connection"], "text": text, "channel": given.get("channel", "#general")}
    if kind == "email":
        arguments = {"smtp_conn_id": given["connection"], "to": given["to"], "from_email": given.get("from")}
        return {**arguments, "subject": f"sync-task: {pipeline}: {event}", "html_content": f"<p>{text}</p>"}
    key = pipeline if late else "{{ dag.dag_id }} {{ run_id }}"
    return {
        "pagerduty_events_conn_id": given["connection"],
        "summary": text,
        "severity": "info" if event == "success" else given.get("severity", "error"),
        "source": "sync-task",
        "dedup_key": key,
    }
