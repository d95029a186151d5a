#!/usr/bin/env bash
# Creates each of DATABASES, owned by a role of the same name that can connect to no other.
set -euo pipefail
for name in ${DATABASES:?}; do
  export name
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set name `echo "$name"`
\set password `cat "/secrets/$name"`
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
