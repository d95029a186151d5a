#!/usr/bin/env bash
# `npm run test:faults`: everything that tries to break a transfer, with the command as it is shipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/skipped.sh
npm run --silent build -- .cache/tested
export TESTED_PROGRAM=$PWD/.cache/tested/bin.js
ava --config faults.ava.config.js "$@"
