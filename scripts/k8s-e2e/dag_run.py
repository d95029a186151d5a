"""dag_run.py DAG CONF ANSWER: one run by `dag.test()`; ANSWER gets its tasks and what they counted, as JSON."""

import json
import sys
from pathlib import Path

from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session

dag_id, conf, answer = sys.argv[1:]

[bundle] = DagBundlesManager().get_all_dag_bundles()
bundle.initialize()
bag = DagBag(bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
assert not bag.import_errors, bag.import_errors
run = bag.dags[dag_id].test(run_conf=json.loads(conf))


def label(task_id: str, map_index: int) -> str:
    return task_id if map_index < 0 else f"{task_id}[{map_index}]"


with create_session() as session:
    tasks = [
        {"task": label(ti.task_id, ti.map_index), "state": ti.state, "tries": ti.try_number}
        for ti in run.get_task_instances(session=session)
    ]
    pushed = session.query(XComModel).filter(XComModel.run_id == run.run_id, XComModel.key == "result").all()
    results = {
        label(each.task_id, each.map_index): json.loads(each.value) if isinstance(each.value, str) else each.value
        for each in pushed
    }

Path(answer).write_text(json.dumps({"state": run.state, "tasks": tasks, "results": results}))
