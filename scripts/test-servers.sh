#!/usr/bin/env bash
# Brings the servers that tests need into .cache/servers: versitygw (S3), fake-gcs-server (Google Cloud Storage) and toxiproxy (bad
# networks) from the Go module proxy, where Go is installed, and Azurite from npm (200 MB, so it is no dependency). Does nothing for what is there.
set -euo pipefail
cd "$(dirname "$0")/.."
servers=$PWD/.cache/servers
mkdir -p "$servers/azurite"

if [ ! -e "$servers/azurite/node_modules/azurite" ]; then
  npm install --prefix "$servers/azurite" --no-audit --no-fund --ignore-scripts --no-save azurite@3.36.0
fi
from_go() {
  [ -e "$servers/$1" ] && return
  if command -v go > /dev/null; then GOBIN=$servers go install "$2"
  else echo "Go is not installed: $1 is left out, and the tests that need it say so" >&2; fi
}
from_go fake-gcs-server github.com/fsouza/fake-gcs-server@v1.56.1
from_go versitygw github.com/versity/versitygw/cmd/versitygw@v1.8.0
# Its program is called `server`, which says nothing in that folder.
if [ ! -e "$servers/toxiproxy-server" ]; then
  from_go server github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0
  [ ! -e "$servers/server" ] || mv "$servers/server" "$servers/toxiproxy-server"
fi
