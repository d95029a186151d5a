"""DAGs as Airflow's DAG processor finds them: each bundle in a DagBag."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag


def bag_of(bundle: Any) -> DagBag:
    bundle.initialize()
    return DagBag(bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)


def bags() -> dict[str, DagBag]:
    """By the bundle's name."""
    return {bundle.name: bag_of(bundle) for bundle in DagBundlesManager().get_all_dag_bundles()}


def parsed(dag_id: str) -> Any:
    """One DAG, parsed anew. No file may have an import error."""
    found = bags()
    assert {name: bag.import_errors for name, bag in found.items() if bag.import_errors} == {}
    return next(bag.dags[dag_id] for bag in found.values() if dag_id in bag.dags)


def bundle_of(folder: Path, name: str = "mine") -> Any:
    from sync_task_airflow.bundle import PipelineBundle

    return PipelineBundle(name=name, pipelines=str(folder))


def known_to_airflow(dag_id: str, *, paused: bool) -> None:
    """As if the DAG processor had read the DAG, and somebody had switched it on or off since."""
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.session import create_session

    with create_session() as session:
        session.merge(DagBundleModel(name="pipelines"))
        session.flush()
        session.merge(DagModel(dag_id=dag_id, is_paused=paused, bundle_name="pipelines", fileloc="x"))
