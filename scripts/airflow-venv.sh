#!/usr/bin/env bash
# Makes .venv/airflow, which the tests of airflow/ and of Kubernetes run in; made again only when the pinned requirements change.
# Needs Python 3.11 or later: where there is none it ends with 3.
set -euo pipefail
cd "$(dirname "$0")/.."

python=
for candidate in python3.12 python3.13 python3.11 python3; do
  if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || exit 3

venv=.venv/airflow
stamp=$("$python" --version; cat airflow/requirements-test.txt)
if [ "$(cat "$venv/stamp" 2>/dev/null)" != "$stamp" ]; then
  echo "making $venv (once, about a minute)"
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.8
  "$venv/bin/uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" -r airflow/requirements-test.txt
  printf '%s\n' "$stamp" >"$venv/stamp"
fi
