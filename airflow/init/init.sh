#!/usr/bin/env bash
# Everything that has to be there before Airflow starts. Safe to run again: what exists is kept.
set -euo pipefail

airflow db migrate

user=(--username "${AIRFLOW_UI_USER:?}" --password "${AIRFLOW_UI_PASSWORD:?}")
created=$(airflow users create "${user[@]}" --role Admin --firstname Airflow --lastname Admin --email airflow@example.com)
tail -n 1 <<<"$created"
# A password that was changed in .env counts for a user that is there already.
if [[ $created != *created* ]]; then airflow users reset-password "${user[@]}" | tail -n 1; fi

# The connections exist on disk only inside this container's memory, and only while they are imported. Those that
# exist already are kept: they may have been pointed elsewhere in the UI.
connections=$(mktemp /dev/shm/connections-XXXXXX.json)
trap 'rm -f "$connections"' EXIT
python /opt/airflow/init/connections.py >"$connections"
airflow connections import "$connections"
