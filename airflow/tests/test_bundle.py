"""Pipelines as DAG files of their own: what is wrong with one concerns no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bags import bag_of, bundle_of

HEAD = "description: d\nsource: {connection: source_sftp_conn}\ntarget: {connection: target_sftp_conn}\n"


def test_a_broken_pipeline_breaks_its_own_dag_alone(database: Path, tmp_path: Path) -> None:
    for name in ("first", "last"):
        (tmp_path / f"{name}.yaml").write_text(HEAD)
    (tmp_path / "middle.yaml").write_text(HEAD + "batches:\n  files: many\n")
    bag = bag_of(bundle_of(tmp_path))
    assert sorted(bag.dags) == ["first", "last"]
    assert [*bag.import_errors] == ["middle.py"], "the error is kept for this one file"
    assert f"{tmp_path.name}/middle.yaml:5: batches.files: 'many' is not of type" in bag.import_errors["middle.py"]


def test_airflow_keeps_the_error_of_one_pipeline_and_schedules_the_others(database: Path, tmp_path: Path) -> None:
    """As the DAG processor writes it down: a file with an error stops the DAGs that it had made, and those alone."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.collection import update_dag_parsing_results_in_db
    from airflow.dag_processing.dagbag import sync_bag_to_db
    from airflow.models.dag import DagModel
    from airflow.models.errors import ParseImportError
    from airflow.utils.session import create_session

    bundle = bundle_of(tmp_path, "pipelines")
    for name in ("kept", "broken"):
        (tmp_path / f"{name}.yaml").write_text(HEAD)
    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(bag_of(bundle), bundle.name, None)
    (tmp_path / "broken.yaml").write_text(HEAD + "tags: 1\n")
    errors = bag_of(bundle).import_errors
    with create_session() as session:
        update_dag_parsing_results_in_db(
            bundle_name=bundle.name,
            bundle_version=None,
            dags=[],
            import_errors={(bundle.name, name): text for name, text in errors.items()},
            parse_duration=None,
            warnings=set(),
            session=session,
            files_parsed={(bundle.name, name) for name in errors},
        )
    with create_session() as session:
        states = {name: session.get(DagModel, name).has_import_errors for name in ("kept", "broken")}
        shown = [error.stacktrace for error in session.query(ParseImportError) if error.filename == "broken.py"]
    assert states == {"kept": False, "broken": True}
    assert "broken.yaml:4: tags: 1 is not of type 'array'" in shown[0]


def test_the_code_that_airflow_shows_is_the_yaml(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(HEAD)
    bundle = bundle_of(tmp_path)
    bundle.initialize()
    assert "# source: {connection: source_sftp_conn}\n" in (bundle.path / "mine.py").read_text()


def test_the_environment_says_where_the_pipelines_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundles are part of the image, their folder is not: a clone that git-sync keeps, say."""
    from sync_task_airflow.bundle import PipelineBundle

    (tmp_path / "mine.yaml").write_text(HEAD)
    monkeypatch.setenv("SYNC_TASK_PIPELINES", str(tmp_path))
    bundle = PipelineBundle(name="elsewhere")
    bundle.initialize()
    assert [path.name for path in bundle.path.iterdir()] == ["mine.py"]


def test_files_that_change_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD)
    bundle = bundle_of(tmp_path, "changing")
    bundle.initialize()
    made = bundle.path / "mine.py"
    before = made.stat()
    bundle.refresh()
    assert (made.stat().st_ino, made.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns), "not written again"
    path.write_text(HEAD + "tags: [new]\n")
    bundle.refresh()
    assert "# tags: [new]" in made.read_text()
    path.unlink()
    bundle.refresh()
    assert [*bundle.path.iterdir()] == []


def test_a_file_that_cannot_be_read_stops_no_other(database: Path, tmp_path: Path) -> None:
    (tmp_path / "fine.yaml").write_text(HEAD)
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.yaml").mkdir()
    bag = bag_of(bundle_of(tmp_path, "unreadable"))
    assert [*bag.dags] == ["fine"]
    assert "gone.yaml:1: it cannot be read: No such file or directory" in bag.import_errors["gone.py"]
    assert "folder.yaml:1: it cannot be read: Is a directory" in bag.import_errors["folder.py"]


def test_a_line_of_yaml_is_never_code(database: Path, tmp_path: Path) -> None:
    text = HEAD + "docs: |\n  one\n\x85import os; os.abort()\u2028import os; os.abort()\r\n"
    (tmp_path / "mine.yaml").write_text(text, newline="")
    bag = bag_of(bundle_of(tmp_path, "lines"))
    assert "this is no YAML" in bag.import_errors["mine.py"] or [*bag.dags] == ["mine"]


def test_a_notifier_that_is_not_installed_is_an_error_of_that_pipeline(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sync_task_airflow import notify

    (tmp_path / "fine.yaml").write_text(HEAD)
    for kind in ("slack", "pagerduty"):
        monkeypatch.setitem(notify.NOTIFIERS, kind, ("not.installed", "Nothing", f"apache-airflow-providers-{kind}"))
        (tmp_path / f"{kind}.yaml").write_text(HEAD + f"notify: [{{when: [failure], {kind}: {{connection: c}}}}]\n")
    bag = bag_of(bundle_of(tmp_path, "notifiers"))
    assert [*bag.dags] == ["fine"]
    assert "slack.yaml: notify: slack needs the package apache-airflow-providers-slack" in bag.import_errors["slack.py"]
    assert sorted(bag.import_errors) == ["pagerduty.py", "slack.py"]


def test_parsing_reads_nothing_but_the_file(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes parsing slow is asking: connections, variables, networks and databases have to wait for a task."""
    import socket

    from airflow.sdk import BaseHook, Variable
    from airflow.sdk.execution_time import context

    from tests.bags import bags

    asked: list[str] = []

    def refuse(name: str):
        def call(*_args: object, **_kwargs: object) -> None:
            asked.append(name)
            raise AssertionError(f"{name} while parsing")

        return call

    monkeypatch.setattr(Variable, "get", refuse("Variable.get"))
    monkeypatch.setattr(BaseHook, "get_connection", refuse("get_connection"))
    monkeypatch.setattr(context, "_get_connection", refuse("connection"))
    monkeypatch.setattr(socket.socket, "connect", refuse("connect"))
    found = bags()
    assert asked == []
    assert {dag_id for bag in found.values() for dag_id in bag.dags} == {
        "sftp_sync",
        "sftp_full_refresh",
        "sftp_to_s3",
        "partner_orders",
        "object_arrived",
        "sync_health",
        "example_consumer",
    }
    assert all(bag.import_errors == {} for bag in found.values())
