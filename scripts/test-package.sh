#!/usr/bin/env bash
# The npm package as a user gets it: packed, small enough, installed into an empty folder, used, and fit to be published.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PWD/node_modules/.bin:$PATH
most_bytes=$((8 * 1024 * 1024))
here=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

packed=$folder/$(npm pack --silent --pack-destination "$folder" | tail -n 1)
bytes=$(stat -c %s "$packed")
[ "$bytes" -le "$most_bytes" ] || { echo "the package has $bytes bytes, more than $most_bytes"; exit 1; }

mkdir "$folder/empty"
cd "$folder/empty"
npm init --yes >/dev/null
npm install --no-audit --no-fund --loglevel error "$packed"
version=$(node_modules/.bin/sync-task --version)
[ "$version" = "$(node -p "require('$here/package.json').version")" ] || { echo "it says it is $version"; exit 1; }

mkdir in
echo hello >in/file.txt
export XDG_STATE_HOME=$folder/states
node_modules/.bin/sync-task sync --source "file://$PWD/in" --target "file://$PWD/out" >/dev/null
cmp in/file.txt out/file.txt

cat >transform.ts <<'T'
import { type Transform, testTransform } from 'sync-task/testing';
export const t: Transform | undefined = undefined;
export const test: typeof testTransform = testTransform;
T
tsc --noEmit --strict --skipLibCheck --module nodenext --target es2024 --types '' transform.ts
node -e "import('sync-task/testing').then(({ testTransform }) => { if (!testTransform) process.exit(1); })"

# An old Node is told in one line. The one of the system may be old.
for old in /usr/bin/node /usr/local/bin/node; do
  if [ ! -x "$old" ] || [ "$("$old" -p 'Number.parseInt(process.versions.node, 10) < 24')" != true ]; then continue; fi
  said=$("$old" node_modules/sync-task/dist/bin.js --version 2>&1) && { echo "$old: it ran"; exit 1; }
  [ "$(wc -l <<<"$said")" = 1 ] && grep -q 'needs Node 24' <<<"$said" || { echo "$old: $said"; exit 1; }
done

cd "$here"
# Neither a version that is there already nor a private package would pass.
npm publish --dry-run --access public --loglevel error >/dev/null
echo "$((bytes / 1024)) KiB packed"
