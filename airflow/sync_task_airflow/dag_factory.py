"""The DAGs of a pipeline: the one its file declares and, if the file asks for it, one that copies past days again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from airflow.sdk import DAG, TriggerRule

from sync_task_airflow import notify
from sync_task_airflow.by_day import batches_task, days_task, without_environment
from sync_task_airflow.dag_arguments import dag_arguments, task_arguments
from sync_task_airflow.engine import SyncTaskOperator
from sync_task_airflow.pipeline import Pipeline, duration, load
from sync_task_airflow.publish import Verdict
from sync_task_airflow.refresh import refresh_dag
from sync_task_airflow.schema import default_of
from sync_task_airflow.trigger_form import DRY_RUN, TriggerForm

LABEL = "{{ task.label }}"
# When asked to plan anew, `plan` starts another run of sync-task. The tasks after it use the plan that it made.
PLANNED_AS = "{{ dag.dag_id }}.{{ run_id }}{{ form.attempt(params, ti.try_number) }}"
PLANNED = (
    "{{ (ti.xcom_pull(task_ids='plan', key='run_name', map_indexes=-1) if params.plan_anew else none)"
    " or dag.dag_id ~ '.' ~ run_id }}"
)

TASKS = """
| task | what it does |
| --- | --- |
| `check` | reaches source, target and state, and says what they can do |
| `plan` | lists the source, compares it with what was copied before, and cuts the rest into batches |
| `run` | one mapped task a batch; what a batch has copied stays copied, so a retry takes only what is missing |
| `finish` | always runs: reconciles, sweeps up, says what is missing |
| `verdict` | fails the run when any task before it failed; else tells those who wait for the data, where some arrived |

**A batch failed?** Read its log (the last line says why), mend the cause, then clear that one mapped task together
with what is downstream of it. The other batches are not run again.

**Nothing new?** Then `run` is skipped and the run is green.

**A gate refused the plan?** Look at the source. Is it right as it is, trigger a run that accepts the gate.
"""


def dags_of(path: str) -> dict[str, DAG]:
    """By the names of module attributes under which Airflow finds them. Raises PipelineError."""
    pipeline = load(Path(path))
    dags = [sync_dag(pipeline), *([refresh_dag(pipeline)] if "refresh" in pipeline.values else [])]
    return {f"dag_{dag.dag_id}": dag for dag in dags}


def sync_dag(pipeline: Pipeline) -> DAG:
    form = TriggerForm(pipeline)
    batches = pipeline.part("batches")
    same = task_arguments(pipeline)
    timeout = duration(pipeline.part("container")["timeout"])

    with DAG(
        dag_id=pipeline.name,
        schedule=pipeline.values.get("schedule"),
        params=form.params(),
        user_defined_macros={"form": form},
        doc_md=f"# {pipeline.name}\n\n{pipeline.values.get('docs', pipeline.values['description'])}\n{TASKS}",
        is_paused_upon_creation=pipeline.values.get("paused", default_of("paused")),
        deadline=notify.deadlines(pipeline) or None,
        **dag_arguments(pipeline),
    ) as dag:
        check = SyncTaskOperator(
            task_id="check",
            verb="check",
            begins_run=True,
            environment=form.moved(),
            execution_timeout=timedelta(minutes=5),
            **same,
        ).as_setup()

        plan_arguments = {
            "task_id": "plan",
            "verb": "plan",
            "on_failure_callback": notify.on_gate(pipeline) or None,
            "execution_timeout": timedelta(hours=2),
            **same,
        }
        days = days_task(form, pool=same["pool"]) if form.selection.date_folder else None
        if days is None:
            plan = SyncTaskOperator(environment=form.environment(), run_name=PLANNED_AS, **plan_arguments)
        else:
            plan = SyncTaskOperator.partial(map_index_template=LABEL, **plan_arguments).expand_kwargs(days)

        run_arguments = {
            "task_id": "run",
            "verb": "run",
            "map_index_template": LABEL,
            "max_active_tis_per_dagrun": batches["parallel"],
            "execution_timeout": timeout,
            **same,
        }
        finish_arguments = {
            "task_id": "finish",
            "verb": "finish",
            "environment": {"SYNC_TASK_DRY_RUN": DRY_RUN},
            "trigger_rule": TriggerRule.ALL_DONE,
            "execution_timeout": timedelta(hours=1),
            **same,
        }
        # The state of a DAG run is that of its last tasks. `finish` runs after failures too, so it cannot be the last.
        # As a teardown, its own failure would be ignored, or it would hide failed batches.
        verdict = Verdict(
            task_id="verdict",
            pipeline=pipeline.name,
            counted_by="finish",
            days_of="days" if days else None,
            trigger_rule=TriggerRule.NONE_FAILED,
        )

        if days is None:
            run = SyncTaskOperator.partial(run_name=PLANNED, **run_arguments).expand(batch=plan.output)
            finish = SyncTaskOperator(run_name=PLANNED, **finish_arguments)
            check >> plan
        else:
            batches_of_days = batches_task(pool=same["pool"])
            run = SyncTaskOperator.partial(**run_arguments).expand_kwargs(batches_of_days)
            finish = SyncTaskOperator.partial(map_index_template=LABEL, **finish_arguments).expand_kwargs(
                days.map(without_environment)
            )
            check >> days >> plan >> batches_of_days
            # One failed plan stops no other day's batches, so the verdict has to look at `plan` itself.
            plan >> verdict
        run >> finish
        [run, finish] >> verdict
    return dag
