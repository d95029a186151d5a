#!/usr/bin/env bash
# Lint and format check of the Python in airflow/; `scripts/ruff.sh --fix` mends what it can. ruff lives in .venv/ruff.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/skipped.sh
version=0.17.5
venv=.venv/ruff

if [ "$("$venv/bin/ruff" --version 2>/dev/null)" != "ruff $version" ]; then
  if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    printf 'ruff on airflow/\tPython 3 with its venv module: apt-get install python3-venv\n' >>"$SKIPPED_TESTS"
    exit 0
  fi
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "ruff==$version"
fi

if [ "${1:-}" = --fix ]; then
  "$venv/bin/ruff" check --quiet --fix airflow
  "$venv/bin/ruff" format --quiet airflow
else
  "$venv/bin/ruff" check --quiet airflow
  "$venv/bin/ruff" format --quiet --check airflow
fi
