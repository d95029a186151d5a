"""The log of a pod, as sentences at their levels. Standard output holds the result, which the log leaves out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.providers.cncf.kubernetes.utils.pod_manager import PodManager

from sync_task_airflow.container_logs import write


class LevelledLogs(PodManager):
    """Log lines as sentences, at their level. Standard output holds the result, which is not for the log."""

    last = ""
    say: Callable[[str], str] = str

    def _log_message(self, message: str, *_rest: Any, **_more: Any) -> None:
        # While a pod is taken away the provider reads its last lines every second anew; ours hold their time.
        if message.startswith('{"schemaVersion":') or (message == self.last and message.startswith("{")):
            return
        self.last = message
        write(self.log, message, self.say)
