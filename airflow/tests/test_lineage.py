from __future__ import annotations

from typing import Any

import pytest
from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.providers.openlineage.extractors.base import DefaultExtractor
from airflow.sdk.exceptions import AirflowFailException

from sync_task_airflow.lineage import dataset_name
from tests.conftest import NEEDLES
from tests.docker_task import Task
from tests.fake_engine import Ending, FakeEngine, make_error, make_result


@pytest.mark.parametrize(
    ("url", "namespace", "name"),
    [
        ("sftp://de%20mo@source.example:2022/in%20coming", "file://source.example:2022", "/in coming"),
        ("sftp://demo@source.example/~/inbox", "file://source.example:22", "~/inbox"),
        ("s3://landing/in/2026", "s3://landing", "in/2026"),
        ("s3://landing", "s3://landing", "/"),
        ("file:///srv/data", "file", "/srv/data"),
    ],
)
def test_names(url: str, namespace: str, name: str) -> None:
    assert dataset_name(url) == (namespace, name)


def told(task: Task) -> OperatorLineage | None:
    """As the provider's listener asks for it, with its classes."""
    return DefaultExtractor(task.operator).extract_on_complete(None)


def test_a_batch_tells_what_it_has_moved(engine: FakeEngine) -> None:
    engine.behave = lambda _: Ending(result=make_result(files={"copied": 3}, bytes={"read": 90, "written": 99}))
    task = Task()
    task.execute()
    lineage = told(task)
    assert lineage is not None
    [source], [target] = lineage.inputs, lineage.outputs
    assert (source.namespace, source.name) == ("file://source.example:22", "/in coming")
    assert (target.namespace, target.name) == ("file://target.example:2022", "~")
    assert counts(source.inputFacets["inputStatistics"]) == (3, 90)
    assert counts(target.outputFacets["outputStatistics"]) == (3, 99)
    assert not [needle for needle in NEEDLES if needle in repr(lineage)]


def test_one_that_failed_tells_what_it_had_moved(engine: FakeEngine) -> None:
    engine.behave = lambda _: Ending(65, make_result(status="partial", errors=[make_error("unreadable")]))
    task = Task()
    with pytest.raises(AirflowFailException):
        task.execute()
    lineage = told(task)
    assert lineage is not None
    assert lineage.outputs[0].outputFacets["outputStatistics"].fileCount == 3


def test_what_moves_nothing_tells_nothing(engine: FakeEngine) -> None:
    for verb in ("check", "plan", "finish"):
        task = Task(verb)
        task.execute()
        assert told(task) is None


def counts(facet: Any) -> tuple[int, int]:
    return facet.fileCount, facet.size
