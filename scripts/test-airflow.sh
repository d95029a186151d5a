#!/usr/bin/env bash
# The DAG's and the operator's tests, in a virtual environment of their own (.venv/airflow), made again only when the
# pinned requirements change. Needs Python 3.11 or later; where there is none it says so and skips.
set -euo pipefail
cd "$(dirname "$0")/.."

python=
for candidate in python3.12 python3.13 python3.11 python3; do
  if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo '!!! The Airflow tests were NOT run: they need Python 3.11, 3.12 or 3.13 with its venv module (Debian: python3-venv).' >&2
  exit 0
fi

venv=.venv/airflow
stamp=$("$python" --version; cat airflow/requirements-test.txt)
if [ "$(cat "$venv/stamp" 2>/dev/null)" != "$stamp" ]; then
  echo "making $venv (once, about a minute)"
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.8
  "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" -r airflow/requirements-test.txt
  printf '%s\n' "$stamp" >"$venv/stamp"
fi

cd airflow
# Imports nothing of the caller's Python, and leaves no Airflow home behind.
AIRFLOW_HOME=$(mktemp -d)
trap 'rm -rf "$AIRFLOW_HOME"' EXIT
export AIRFLOW_HOME PYTHONDONTWRITEBYTECODE=1
env -u PYTHONPATH "../$venv/bin/python" -m pytest "$@"
