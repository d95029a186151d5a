#!/usr/bin/env bash
# healthy.sh COMPONENT: succeeds when the API server's health report has seen the component's heartbeat lately.
set -euo pipefail
curl -fsS http://airflow-webserver:8080/api/v2/monitor/health |
  python -c 'import json, sys; sys.exit(json.load(sys.stdin)[sys.argv[1]]["status"] != "healthy")' "$1"
