#!/usr/bin/env bash
# `npm run docs:site`: builds the site of docs/ into .cache/site; a dead link fails it. Needs Python 3.11 or later with its venv
# module. The environment is made again only when the pinned requirements change.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.venv/site
stamp=$(python3 --version; cat site/requirements.txt)
if [ "$(cat "$venv/stamp" 2>/dev/null)" != "$stamp" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r site/requirements.txt
  printf '%s\n' "$stamp" >"$venv/stamp"
fi
"$venv/bin/mkdocs" build --quiet --config-file site/mkdocs.yml "$@"
echo ".cache/site/index.html is the site's first page"
