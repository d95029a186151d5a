#!/usr/bin/env bash
# Runs once, on an empty volume: a database whose owner is no superuser and can see no other.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set password `echo "$SYNC_TASK_STATE_PASSWORD"`
CREATE ROLE sync_task LOGIN PASSWORD :'password';
CREATE DATABASE sync_task OWNER sync_task;
REVOKE CONNECT ON DATABASE sync_task FROM PUBLIC;
SQL
