#!/usr/bin/env bash
# Brings the servers that stand in for Azure and Google Cloud Storage in tests into .cache/servers: Azurite from npm (200 MB, so it
# is no dependency) and fake-gcs-server from the Go module proxy, where Go is installed. Does nothing for what is there.
set -euo pipefail
cd "$(dirname "$0")/.."
servers=$PWD/.cache/servers
mkdir -p "$servers/azurite"

if [ ! -e "$servers/azurite/node_modules/azurite" ]; then
  npm install --prefix "$servers/azurite" --no-audit --no-fund --ignore-scripts --no-save azurite@3.36.0
fi
if [ ! -e "$servers/fake-gcs-server" ]; then
  if command -v go > /dev/null; then GOBIN=$servers go install github.com/fsouza/fake-gcs-server@v1.56.1
  else echo "Go is not installed: fake-gcs-server is left out, and the tests that need it say so" >&2; fi
fi
