#!/usr/bin/env bash
# The superuser's password from the secrets volume, then the image's own start.
set -euo pipefail
POSTGRES_PASSWORD=$(cat /secrets/postgres)
export POSTGRES_PASSWORD
exec docker-entrypoint.sh "$@"
