#!/usr/bin/env bash
# healthy.sh COMPONENT: succeeds when the API server's health report shows a recent heartbeat of the component. The worker is not in that
# report: it is healthy when it has a connection to Redis on which it waits for tasks. Celery's own `inspect ping` would start a Python
# process that takes seconds of CPU, twice a minute, and Docker leaves it running when it times out.
set -euo pipefail
if [ "$1" = worker ]; then
  exec 3<>/dev/tcp/redis/6379
  printf 'AUTH %s\r\nCLIENT LIST\r\nQUIT\r\n' "$(cat /secrets/redis_password)" >&3
  mine=$(hostname -i | tr ' ' '|')
  timeout 5 grep -qE " addr=($mine):.* p?sub=[1-9].*" <&3
  exit
fi
curl -fsS http://airflow-webserver:8080/api/v2/monitor/health |
  python -c 'import json, sys; sys.exit(json.load(sys.stdin)[sys.argv[1]]["status"] != "healthy")' "$1"
