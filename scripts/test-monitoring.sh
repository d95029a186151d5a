#!/usr/bin/env bash
# `npm run test:monitoring`: the rules by promtool, the dashboards against a live Prometheus. Needs Debian's packages prometheus and
# prometheus-pushgateway, installed here where they are missing; where that cannot be, it counts as skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/skipped.sh

missing() {
  for program in prometheus promtool prometheus-pushgateway; do command -v "$program" >/dev/null || return 0; done
  return 1
}
if missing; then
  as_root=; [ "$(id -u)" = 0 ] || as_root='sudo -n'
  # shellcheck disable=SC2086 # empty for root
  { $as_root apt-get update -q && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -yq --no-install-recommends \
    prometheus prometheus-pushgateway; } >/dev/null 2>&1 || true
fi
if missing; then
  printf 'monitoring/test\tPrometheus: apt-get install prometheus prometheus-pushgateway\n' >>"$SKIPPED_TESTS"
  exit 0
fi
promtool check rules monitoring/prometheus/rules/*.yml
promtool test rules monitoring/prometheus/tests.yml
node monitoring/test/live.ts
