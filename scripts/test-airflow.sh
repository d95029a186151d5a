#!/usr/bin/env bash
# The DAG's and the operator's tests, in a virtual environment of their own (.venv/airflow). Needs Python 3.11 or later; where there
# is none it says so and skips.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/airflow-venv.sh || {
  [ $? = 3 ] || exit 1
  echo '!!! The Airflow tests were NOT run: they need Python 3.11, 3.12 or 3.13 with its venv module (Debian: python3-venv).' >&2
  exit 0
}

cd airflow
# Imports nothing of the caller's Python, and leaves no Airflow home behind.
AIRFLOW_HOME=$(mktemp -d)
trap 'rm -rf "$AIRFLOW_HOME"' EXIT
export AIRFLOW_HOME PYTHONDONTWRITEBYTECODE=1
env -u PYTHONPATH ../.venv/airflow/bin/python -m pytest "$@"
