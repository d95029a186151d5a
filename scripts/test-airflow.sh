#!/usr/bin/env bash
# The DAG's and the operator's tests, in a virtual environment of their own (.venv/airflow). Needs Python 3.11, 3.12 or 3.13; where
# there is none, they count as skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/skipped.sh

scripts/airflow-venv.sh || {
  [ $? = 3 ] || exit 1
  printf 'airflow/tests\tPython 3.11, 3.12 or 3.13 with its venv module: apt-get install python3-venv\n' >>"$SKIPPED_TESTS"
  exit 0
}
# Some compare with the command itself.
if [ -z "${TESTED_PROGRAM:-}" ]; then
  node scripts/build.ts .cache/tested
  export TESTED_PROGRAM=$PWD/.cache/tested/bin.js
fi

cd airflow
# Imports nothing of the caller's Python, and leaves no Airflow home behind.
AIRFLOW_HOME=$(mktemp -d)
said=$AIRFLOW_HOME/said
export AIRFLOW_HOME PYTHONDONTWRITEBYTECODE=1
code=0
env -u PYTHONPATH ../.venv/airflow/bin/python -m pytest -rs "$@" | tee "$said" || code=$?
# SKIPPED [2] tests/test_selection.py:30: needs ...
sed -nE 's/^SKIPPED \[([0-9]+)\] ([^:]+):[0-9]*:? (.*)$/\1 airflow\/\2\t\3/p' "$said" | while read -r count line; do
  for ((each = 0; each < count; each++)); do printf '%s\n' "$line"; done
done >>"$SKIPPED_TESTS"
rm -rf "$AIRFLOW_HOME"
exit "$code"
