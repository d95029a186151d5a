#!/usr/bin/env bash
# Reads the superuser's password from the secrets volume, then starts the image's own entry point.
set -euo pipefail
POSTGRES_PASSWORD=$(cat /secrets/postgres)
export POSTGRES_PASSWORD
exec docker-entrypoint.sh "$@"
