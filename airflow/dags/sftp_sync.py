"""
# sftp_sync

Copies what is new or changed from the SFTP server of the connection `source_sftp_conn` to that of `target_sftp_conn`,
once a day. Nothing is deleted on either side.

| task | what it does |
| --- | --- |
| `check` | reaches source, target and state, and says what they can do |
| `plan` | lists the source, compares it with what was copied before, and cuts the rest into batches |
| `run` | one mapped task a batch; what a batch has copied stays copied, so a retry takes only what is missing |
| `finish` | always runs: reconciles, sweeps up, says what is missing |
| `verdict` | fails the run when any task before it failed, even where `finish` is green |

**A batch failed?** Read its log (the last line says why), mend the cause, then clear that one mapped task together
with what is downstream of it. The other batches are not run again.

**Nothing new?** Then `run` is skipped and the run is green.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param, TriggerRule

from sync_task_airflow import SyncTaskOperator

# What happens to the files on their way, one transform a line; see `docker run --rm sync-task --help`.
TRANSFORM = {"SYNC_TASK_TRANSFORM": os.environ.get("SYNC_TASK_TRANSFORM", "")}

with DAG(
    dag_id="sftp_sync",
    description="New and changed files from one SFTP server to another, daily",
    doc_md=__doc__,
    schedule="@daily",
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    # Two runs at once would plan the same files.
    max_active_runs=1,
    tags=["sync-task", "sftp"],
    default_args={
        # For passing problems alone (exit 75, a killed container): what a retry won't mend fails at once.
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
    },
    params={
        "prefix": Param(
            "",
            type="string",
            title="Prefix",
            description="Only what is below this folder of the source, for example `2024-03-01/`; `{ds}` becomes the "
            "run's date. Empty: everything.",
        ),
        "batch_files": Param(
            1000,
            type="integer",
            minimum=1,
            maximum=1_000_000,
            title="Files in a batch",
            description="At most so many files in one batch. Every batch is one task and one container.",
        ),
        "force": Param(
            False,
            type="boolean",
            title="Copy everything again",
            description="Also what was copied before and has not changed since.",
        ),
    },
) as dag:
    check = SyncTaskOperator(
        task_id="check",
        verb="check",
        environment=TRANSFORM,
        execution_timeout=timedelta(minutes=5),
    ).as_setup()

    plan = SyncTaskOperator(
        task_id="plan",
        verb="plan",
        environment={
            "SYNC_TASK_PREFIX": "{{ params.prefix.replace('{ds}', (dag_run.logical_date or dag_run.run_after) | ds) }}",
            "SYNC_TASK_BATCH_FILES": "{{ params.batch_files }}",
            "SYNC_TASK_FORCE": "{{ 'true' if params.force else '' }}",
            **TRANSFORM,
        },
        execution_timeout=timedelta(hours=2),
    )

    run = SyncTaskOperator.partial(
        task_id="run",
        verb="run",
        environment=TRANSFORM,
        map_index_template="{{ task.label }}",
        max_active_tis_per_dagrun=4,
        execution_timeout=timedelta(hours=12),
    ).expand(batch=plan.output)

    finish = SyncTaskOperator(
        task_id="finish",
        verb="finish",
        trigger_rule=TriggerRule.ALL_DONE,
        execution_timeout=timedelta(hours=1),
    )

    # A run is as red as its last tasks. `finish` runs after failures too, so it cannot be the last one; as a teardown
    # it would either be ignored when it fails, or hide the batches that did.
    verdict = EmptyOperator(task_id="verdict", trigger_rule=TriggerRule.NONE_FAILED)

    check >> plan >> run >> finish
    [run, finish] >> verdict
