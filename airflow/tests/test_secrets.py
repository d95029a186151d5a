"""Secrets, looked for in all that Airflow stored after every DAG has run, with containers that say them aloud."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from airflow.sdk import timezone
from airflow.serialization.serialized_objects import DagSerialization

from tests.bags import bags, known_to_airflow, parsed
from tests.conftest import HOME, NEEDLES
from tests.fake_engine import Ending, FakeEngine, make_error, make_result

RUNS: dict[str, dict[str, Any]] = {
    "sftp_sync": {},
    "sftp_full_refresh": {"from_day": "2024-03-01", "to_day": "2024-03-02"},
    "object_arrived": {"uri": "sftp://source.example/in%20coming/a.txt"},
    "sync_health": {},
}


def test_every_dag(database: Path, engine: FakeEngine) -> None:
    leak = " ".join(NEEDLES)
    batches = [{"number": 1, "files": 2, "bytes": 3, "status": "planned"}]

    def behave(command: list[str]) -> Ending:
        code = 77 if command[0] in ("run", "sync") else 0
        result = make_result(command[0], batches=batches, errors=[make_error(leak)] if code else [])
        return Ending(code, result, log=[leak, json.dumps({"level": "error", "message": leak})])

    engine.behave = behave
    known_to_airflow("sftp_sync", paused=False)
    for number, (dag_id, conf) in enumerate(RUNS.items()):
        parsed(dag_id).test(run_conf=conf, logical_date=timezone.datetime(2024, 8, 1 + number))
    assert {*RUNS} <= {container.labels["sync-task.dag"] for container in engine.created}
    used = "".join(value for container in engine.created for value in container.secrets.values())
    assert [needle for needle in NEEDLES if needle not in used] == [], "the needles are what was used"

    dags = [dag for bag in bags().values() for dag in bag.dags.values()]
    stored = [json.dumps(DagSerialization.serialize_dag(dag), default=str).encode() for dag in dags]
    stored += [path.read_bytes() for path in sorted(HOME.rglob("*")) if path.is_file()]
    text = b"\n".join(stored)
    for dag_id in RUNS:
        assert dag_id.encode() in text
    assert b"!(a.txt)" in text, "what tasks handed on was stored"
    assert [needle for needle in NEEDLES if needle.encode() in text] == []
