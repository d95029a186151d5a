#!/usr/bin/env bash
# `npm test`: everything that needs no Docker.
set -euo pipefail
cd "$(dirname "$0")/.."
ava
scripts/test-airflow.sh
