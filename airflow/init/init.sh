#!/usr/bin/env bash
# Everything that has to be there before Airflow starts. Safe to run again: what exists is kept.
set -euo pipefail

# The demo's password is for this machine alone.
if [ "${AIRFLOW_UI_PASSWORD:?}" = airflow ] && [ "${AIRFLOW_BIND:-127.0.0.1}" != 127.0.0.1 ]; then
  echo "AIRFLOW_BIND is $AIRFLOW_BIND, and AIRFLOW_UI_PASSWORD is the demo's: run bin/init, which makes another one" >&2
  exit 64
fi

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

# NAME=SLOTS, with blanks between them: at most so many of a pool's containers are at work at once. Slots that were changed in the
# UI are kept, unless .env says otherwise later: a pool is only set when what is asked for has changed.
asked=$(airflow variables get sync_task_pools_as_set 2>/dev/null || true)
if [ "$asked" != "${SYNC_TASK_POOLS:-}" ]; then
  for pool in ${SYNC_TASK_POOLS:-}; do
    airflow pools set "${pool%%=*}" "${pool##*=}" 'Containers of sync-task, see SYNC_TASK_POOLS' | tail -n 1
  done
  airflow variables set sync_task_pools_as_set "${SYNC_TASK_POOLS:-}"
fi
