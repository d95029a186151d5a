#!/usr/bin/env bash
# healthy.sh COMPONENT: succeeds when the API server's health report has seen the component's heartbeat lately; the worker, which is not
# in that report, when Redis has a connection of it on which it waits for orders. Celery's own `inspect ping` starts a Python that takes
# seconds of a processor, twice a minute for ever, and where it times out, Docker leaves it running.
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
