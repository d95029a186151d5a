#!/usr/bin/env bash
# `npm test`: everything that needs no Docker, with the command as it is shipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/skipped.sh
# Has DuckDB too, which some tests compare with.
scripts/airflow-venv.sh || [ $? = 3 ]
npm run --silent build -- .cache/tested
export TESTED_PROGRAM=$PWD/.cache/tested/bin.js
ava
scripts/test-airflow.sh
