"""
Rewords sync-task's errors for people who look at Airflow. Where sync-task names a flag or a variable, they know a field
of a connection, of the trigger form or of the pipeline's file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sync_task_airflow.contradictions import OWN_KEYS

# Fields of a connection, by what follows SYNC_TASK_SOURCE_ or SYNC_TASK_TARGET_.
FIELDS = {
    "PASSWORD": "password",
    "PRIVATE_KEY": "extra private_key",
    "PASSPHRASE": "extra private_key_passphrase",
    "KNOWN_HOSTS": "extra known_hosts",
    "HOST_KEY": "extra host_key",
    "INSECURE_IGNORE_HOST_KEY": "extra no_host_key_check",
    "AWS_ACCESS_KEY_ID": "login",
    "AWS_SECRET_ACCESS_KEY": "password",
    "AWS_SESSION_TOKEN": "extra aws_session_token",
    "AWS_REGION": "extra region_name",
    "AWS_ENDPOINT_URL_S3": "extra endpoint_url",
    "AZURE_STORAGE_ACCOUNT": "login",
    "AZURE_STORAGE_KEY": "password",
    "AZURE_STORAGE_CONNECTION_STRING": "extra connection_string",
    "AZURE_STORAGE_SAS_TOKEN": "extra sas_token",
    "AZURE_STORAGE_SERVICE_ENDPOINT": "host",
}
FORM = {
    "accept": "'Gates to let through' in the trigger form",
    "since": "'Modified since' in the trigger form",
    "prefix": "'Prefix' in the trigger form",
    "force": "'Copy everything again' in the trigger form",
    "dry-run": "'Only say what would be done' in the trigger form",
    "max-files": "'Files in this run' in the trigger form",
    "batch-files": "'Files in a batch' in the trigger form",
    "new-target": "'The target is new' in the trigger form",
    "same-files": "'The same files have another address' in the trigger form",
}
OF_THE_FILE = {
    "include": "selection.include",
    "exclude": "selection.exclude",
    "pipeline": "the name of the pipeline's file",
    **{name: place for name, place in OWN_KEYS.items() if name not in FORM},
}
COMMAND = re.compile(r"sync-task plan --run [^\s;,]+")
ANEW = re.compile(r"another --run plans anew")
STATUS = re.compile(r"sync-task status(?: --run [^\s;,]+)?")
ACCEPT = re.compile(r"--accept ([a-z-]+)")
NAMED = re.compile(r"SYNC_TASK_([A-Z][A-Z0-9_]*[A-Z0-9])|(?<![\w-])--([a-z][a-z0-9-]*[a-z0-9])")


def in_words_of_airflow(text: str, connections: Mapping[str, str]) -> str:
    """:param connections: the ids of `source`, `target` and `state`."""
    text = ACCEPT.sub(r"tick \1 at 'Gates to let through' in the trigger form", text.replace(" (or PGPASSWORD)", ""))
    text = ANEW.sub(
        "a new run plans anew, and so does this one where 'Plan anew when cleared' was ticked in its trigger form", text
    )
    text = STATUS.sub("the report of the run", COMMAND.sub("clear the task 'plan'", text))
    return NAMED.sub(lambda match: named(match, connections), text)


def named(match: re.Match[str], connections: Mapping[str, str]) -> str:
    option = match[2] or match[1].lower().removesuffix("_file").replace("_", "-")
    role, _, rest = option.partition("-")
    if role in connections:
        field = FIELDS.get(rest.upper().replace("-", "_"))
        if option == role:
            return f"the connection {connections[role]}"
        if field:
            return f"the {field} of the connection {connections[role]}"
    if option in FORM:
        return FORM[option]
    return f"{OF_THE_FILE.get(option, f'settings.{option}')} of the pipeline"


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def bytes_words(count: float) -> str:
    """`4.5 MiB`, as in the log and in the report."""
    if count < 1024:
        return f"{count} B"
    units = ["KiB", "MiB", "GiB", "TiB", "PiB"]
    value = count / 1024
    while value >= 1023.95 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:.{1 if value < 99.95 else 0}f} {units[0]}"
