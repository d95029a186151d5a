#!/usr/bin/env bash
# The whole stack from nothing, in a compose project of its own: see main.ts. E2E_KEEP=1 leaves it running.
set -euo pipefail
cd "$(dirname "$0")/../.."
for tool in docker rclone; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: the end-to-end test needs docker (with compose) and rclone" >&2; exit 1; }
done
PATH=$PWD/node_modules/.bin:$PATH
exec node scripts/e2e/main.ts
