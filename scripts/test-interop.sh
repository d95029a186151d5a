#!/usr/bin/env bash
# Brings the SFTP servers that nobody here wrote into .cache/interop, each from its own registry, and runs the product against all of them.
# What Debian has (openssh-server, proftpd-mod-crypto, dropbear-bin, rclone) is installed by whoever runs this; what is not there is said.
# --install: only bring them; --full: with a file of 100 MB; --doc: write docs/servers.md as well; --only NAME: one of them.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PWD/node_modules/.bin:$PATH
cache=$PWD/.cache/interop servers=sync-task/test/interop/servers
mkdir -p "$cache"

# newer THAN FOLDER: whether one of our sources is newer than what was built of it.
newer() { [ ! -e "$1" ] || [ -n "$(find "$2" -type f -newer "$1" -print -quit)" ]; }
# missing WHAT WHOSE BUILT...: what was built of older sources proves nothing; under CI (CI set) what is left out is a failure at the end.
missing() { echo "$1 is not installed: $2 is left out" >&2; rm -rf "${@:3}"; }

if newer "$cache/pkg-sftp" $servers/pkg-sftp; then
  if command -v go >/dev/null; then (cd $servers/pkg-sftp && go build -o "$cache/pkg-sftp" .); else missing Go pkg/sftp "$cache/pkg-sftp"; fi
fi
if newer "$cache/mina/classes/Server.class" $servers/mina; then
  if command -v mvn >/dev/null; then
    mvn -q -B -f $servers/mina/pom.xml -DoutputFolder="$cache/mina" package -DskipTests
  else missing Maven 'Apache MINA SSHD' "$cache/mina"; fi
fi
if newer "$cache/python/ready" $servers/python/requirements.txt; then
  if command -v python3 >/dev/null; then
    python3 -m venv "$cache/python"
    "$cache/python/bin/pip" install -q --disable-pip-version-check -r $servers/python/requirements.txt
    touch "$cache/python/ready"
  else missing Python 'asyncssh and paramiko' "$cache/python"; fi
fi

if [ "${1:-}" = --install ]; then exit; fi
node scripts/build.ts >/dev/null
exec node sync-task/test/interop/interop.ts "$@"
