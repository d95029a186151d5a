#!/usr/bin/env bash
# The whole stack from nothing, in a compose project of its own, with the options of main.ts: -- --keep leaves it running for -- --only STEP.
set -euo pipefail
cd "$(dirname "$0")/../.."
for tool in docker rclone flock; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: the end-to-end test needs docker (with compose), rclone and flock" >&2; exit 1; }
done
# One at a time: the project's name and its ports are given.
exec 9>"${TMPDIR:-/tmp}/${E2E_PROJECT:-sync-task-e2e}.lock"
flock --wait 1800 9 || { echo 'another end-to-end test has been running for half an hour: stop it first' >&2; exit 1; }
PATH=$PWD/node_modules/.bin:$PATH
exec node scripts/e2e/main.ts "$@"
