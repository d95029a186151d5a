"""What a run of a DAG left behind in Airflow."""

from __future__ import annotations

from typing import Any


def states(run: Any) -> dict[str, str]:
    names = {ti: ti.task_id if ti.map_index < 0 else f"{ti.task_id}[{ti.map_index}]" for ti in run.get_task_instances()}
    return {name: str(ti.state) for ti, name in names.items()}


def published(asset: str) -> list[dict[str, Any]]:
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        events = select(AssetEvent).join(AssetModel, AssetModel.id == AssetEvent.asset_id).order_by(AssetEvent.id)
        return [event.extra for event in session.scalars(events.where(AssetModel.name == asset))]
