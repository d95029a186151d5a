/** One measured plan, for `plan.ts`. usage: node bench/plan-once.ts STATE FILES new|known */

import { realWorld } from '../sync-task/src/base/world.ts';
import { loadSettings } from '../sync-task/src/config/load.ts';
import type { Context } from '../sync-task/src/engine/context.ts';
import { plan } from '../sync-task/src/engine/plan/plan.ts';
import { openState } from '../sync-task/src/state/open.ts';
import type { Storage } from '../sync-task/src/storage/storage.ts';

const [url = '', count = '', work = ''] = process.argv.slice(2);
const files = Number(count);
const PAGE = 500;
const MTIME_MS = 1_700_000_000_000;

async function* list() {
  for (let first = 0; first < files; first += PAGE) {
    yield Array.from({ length: Math.min(PAGE, files - first) }, (_, index) => ({
      path: `folder-${first / PAGE}/file-${first + index}.csv`,
      kind: 'file' as const,
      size: 1000 + index,
      mtimeMs: MTIME_MS + index * 1000,
    }));
  }
}

const capabilities = {
  atomicReplace: true,
  fsync: true,
  setMtime: true,
  maxReadBytes: 1,
  mtimeStepMs: 1000,
  filesAtOnce: 1,
};
// The part of a storage that `plan` uses; anything else would fail loudly.
const storage = { label: 'made up', capabilities, list } as unknown as Storage;
const environment = process.env;
const flags = {
  source: 'file:///source',
  target: 'file:///target',
  state: url,
  pipeline: 'plan',
  'max-batches': '10000',
};
const settings = loadSettings({ flags, environment });
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const progress = { expect() {}, listed() {}, bytes() {}, file() {} };

const startedMs = performance.now();
const state = await openState(url, environment['SYNC_TASK_STATE_PASSWORD'], 'bench');
const context: Context = {
  settings,
  state,
  source: storage,
  target: storage,
  log: silent,
  progress,
  world: realWorld,
  signal: new AbortController().signal,
};
const result = await plan(context, work);
const wallMs = performance.now() - startedMs;
const expected = work === 'new' ? files : 0;
if (result.files.planned !== expected) throw new Error(`planned ${result.files.planned} files of ${expected}`);
await state[Symbol.asyncDispose]();
if (work === 'new') await rememberAll();
console.log(JSON.stringify({ wallMs, peakRssBytes: process.resourceUsage().maxRSS * 1024 }));

/** Records all files as copied, because copying them would take an hour. */
async function rememberAll(): Promise<void> {
  const sql = `INSERT INTO file (pipeline_id, path, token, lease_until_ms, claim_run, size, mtime_ms, chain, target_size, digest)
    SELECT 1, path, number, 0, run_id, size, mtime_ms, chain, size, '' FROM entry`;
  if (url.startsWith('sqlite')) {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(url.slice('sqlite://'.length));
    database.exec(sql);
    database.close();
    return;
  }
  const { default: pg } = await import('pg');
  const { hostname, port, username, pathname } = new URL(url);
  const client = new pg.Client({
    host: hostname,
    port: Number(port),
    user: username,
    database: pathname.slice(1),
    password: environment['SYNC_TASK_STATE_PASSWORD'],
  });
  await client.connect();
  await client.query(sql);
  await client.query('ANALYZE');
  await client.end();
}
