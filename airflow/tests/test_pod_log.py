from __future__ import annotations

import logging

import pytest
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.utils.pod_manager import PodManager

from sync_task_airflow.pod_log import LevelledLogs
from tests.fake_cluster import FakeCluster


def test_lines_keep_their_level_and_the_result_is_no_line(
    cluster: FakeCluster, caplog: pytest.LogCaptureFixture
) -> None:
    logs = LevelledLogs(kube_client=cluster)
    logs._log = logging.getLogger("container")
    with caplog.at_level(logging.INFO):
        line = '{"level":"warn","message":"deferred: a.txt","time":"2026"}'
        for each in (line, '{"schemaVersion":1}', line, '{"schemaVersion":1}', "plain"):
            logs._log_message(each, "base", True, None)
    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        ("WARNING", "deferred: a.txt"),
        ("INFO", "plain"),
    ]
    assert "_log_message" in vars(PodManager), "the provider still has what is overridden here"
    assert {"_push_xcom_with_fan_out", "_write_logs"} <= vars(KubernetesPodOperator).keys(), "and here"
