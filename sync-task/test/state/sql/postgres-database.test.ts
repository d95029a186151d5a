import { randomBytes } from 'node:crypto';
import test from 'ava';
import pg from 'pg';
import { SyncError } from '../../../src/base/errors.ts';
import { openState, openStateToRead } from '../../../src/state/open.ts';
import type { State } from '../../../src/state/state.ts';
import { claimAll, copied, LEASE_MS, planRun } from '../../contract/state/arrange.ts';
import { stateContract } from '../../contract/state.ts';
import { until } from '../../kit/folders.ts';
import { type Postgres, startPostgres } from '../../kit/postgres.ts';

let server: Postgres;

test.before(async () => {
  server = await startPostgres();
});
test.after.always(async () => {
  await server?.stop();
});

/** The server's URL, for another database. */
function urlOf(database: string): string {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  return url.href;
}

/** A connection without our own code in between. */
async function connect(to: string): Promise<pg.Client> {
  const url = new URL(to);
  url.password = server.password;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return client;
}

async function newDatabase(): Promise<string> {
  const client = await connect(server.url);
  const database = `test_${randomBytes(6).toString('hex')}`;
  await client.query(`CREATE DATABASE ${database}`);
  await client.end();
  return urlOf(database);
}

const open = (url: string) => openState(url, server.password, 'test');

stateContract(test.serial, 'postgres', async (t) => {
  const url = await newDatabase();
  const another = async () => {
    const state = await open(url);
    t.teardown(() => state[Symbol.asyncDispose]());
    return state;
  };
  return { state: await another(), another };
});

test.serial('postgres: several starters bring an empty database up at once', async (t) => {
  const url = await newDatabase();
  const states = await Promise.all(Array.from({ length: 5 }, () => open(url)));
  const ids = await Promise.all(states.map(async (state) => (await state.pipeline('one')).id));
  t.is(new Set(ids).size, 1);
  for (const state of states) await state[Symbol.asyncDispose]();
});

const refusals = [
  {
    what: 'a wrong password',
    url: () => server.url,
    password: 'wrong-pass-word',
    kind: 'permission',
    reason: 'state-authentication',
  },
  {
    what: 'a database that does not exist',
    url: () => urlOf('nowhere'),
    password: '',
    kind: 'usage',
    reason: 'no-such-database',
  },
  {
    what: 'nobody listening',
    url: () => 'postgres://me@127.0.0.1:1/db',
    password: 'pass-word',
    kind: 'transient',
    reason: 'state-unreachable',
  },
] as const;

for (const { what, url, password, kind, reason } of refusals) {
  test.serial(`postgres: ${what}`, async (t) => {
    const given = password === '' ? server.password : password;
    const error = await t.throwsAsync(openState(url(), given, 'test'), { instanceOf: SyncError });
    t.like(error, { kind, reason });
    t.true(error?.message.startsWith(`state ${url()}: `));
    t.false(error?.message.includes(given));
    t.false(error?.message.includes('\n'));
  });
}

test.serial('postgres: a database that takes no writes says so', async (t) => {
  const url = await newDatabase();
  await (await open(url))[Symbol.asyncDispose]();
  const client = await connect(url);
  await client.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = on`);
  await client.end();
  await using state = await open(url).catch(() => undefined);
  const error = await t.throwsAsync(state?.pipeline('x') ?? open(url), { instanceOf: SyncError });
  t.like(error, { kind: 'permission', reason: 'state-read-only' });
});

test.serial('postgres: no setting of a database or a role leads to another schema', async (t) => {
  const url = await newDatabase();
  const client = await connect(url);
  t.teardown(() => client.end());
  await client.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path = public`);
  await client.query('CREATE TABLE public.file (path TEXT); CREATE TABLE public.migration (number BIGINT)');
  {
    await using state = await open(url);
    const id = await planRun(state, 'r', ['a']);
    t.is((await claimAll(state, id, 'me')).length, 1);
  }
  const { rows } = await client.query(
    "SELECT schemaname, count(*)::int AS tables FROM pg_tables WHERE schemaname IN ('public', 'sync_task') GROUP BY 1 ORDER BY 1",
  );
  t.like(rows[0], { schemaname: 'public', tables: 2 });
  t.true(rows[1].tables > 8);
});

test.serial('postgres: a user who may not use the schema is told so', async (t) => {
  const url = await newDatabase();
  await (await open(url))[Symbol.asyncDispose]();
  const client = await connect(url);
  await client.query(`CREATE ROLE stranger LOGIN PASSWORD 'pass-word'`);
  await client.end();
  const error = await t.throwsAsync(openState(url.replace('//sync_task@', '//stranger@'), 'pass-word', 'test'), {
    instanceOf: SyncError,
  });
  t.like(error, { kind: 'permission', reason: 'state-rights' });
});

test.serial('postgres: a statement that is ended for taking too long says whose it is', async (t) => {
  const url = await newDatabase();
  await using state = await open(url);
  const id = await planRun(state, 'r', ['a']);
  const [other, watcher] = [await connect(url), await connect(url)];
  t.teardown(() => Promise.all([other.end(), watcher.end()]));
  await other.query('BEGIN; LOCK TABLE sync_task.file');
  const claiming = t.throwsAsync(claimAll(state, id, 'me'), { instanceOf: SyncError });
  await until(async () => {
    const { rows } = await watcher.query(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows.length === 1;
  });
  const error = await claiming;
  t.like(error, { kind: 'transient', reason: 'state-timeout' });
  t.regex(error?.message ?? '', /\(claim\)$/);
  t.notRegex(error?.message ?? '', /Postgres is up/);
});

test.serial('postgres: a restart in between is at most a transient error, and the next call works', async (t) => {
  await using state = await open(await newDatabase());
  const { id } = await state.pipeline('one');
  await server.restart();
  try {
    t.is((await state.pipeline('one')).id, id);
  } catch (error) {
    t.is((error as SyncError).kind, 'transient');
  }
  t.is((await state.pipeline('one')).id, id);
});

/** Claims while another transaction changes file rows: the claim has read them and waits to write them. */
async function claimDuring(url: string, change: string, claim: () => ReturnType<typeof claimAll>) {
  const [other, watcher] = [await connect(url), await connect(url)];
  try {
    await other.query(`BEGIN; ${change}`);
    const claiming = claim();
    await until(async () => {
      const { rows } = await watcher.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return rows.length === 1;
    });
    await other.query('COMMIT');
    return await claiming;
  } finally {
    await other.end();
    await watcher.end();
  }
}

test.serial('postgres: a claim sees what another run recorded while it was claiming', async (t) => {
  const url = await newDatabase();
  await using state = await open(url);
  const id = await planRun(state, 'other', ['a']);
  await planRun(state, 'r', ['a']);
  await state.claim({ pipelineId: id, run: 'other', batch: 1, owner: 'slow', leaseMs: 1, limit: 1 });
  await until(async () => (await state.countAbandoned(id, 1)) === 1);
  const recorded = `UPDATE sync_task.file SET owner = NULL, size = 10, mtime_ms = 1000, chain = '', target_size = 10, digest = '{}'`;
  const [claim] = await claimDuring(url, recorded, () => claimAll(state, id, 'me'));
  t.like(claim?.checkpoint, { size: 10, mtimeMs: 1000 });
});

test.serial('postgres: a claim that loses every file to another takes the next ones', async (t) => {
  const url = await newDatabase();
  await using state = await open(url);
  const id = await planRun(state, 'r', ['a', 'b', 'c']);
  const taken = `INSERT INTO sync_task.file (pipeline_id, path, token, owner, lease_until_ms, claim_run)
    SELECT ${id}, path, 1, 'you', 1e15, 'r' FROM unnest(ARRAY['a', 'b']) AS path`;
  const claims = await claimDuring(url, taken, () => claimAll(state, id, 'me', { limit: 2 }));
  t.deepEqual(
    claims.map(({ path }) => path),
    ['c'],
  );
});

/** Plans them, claims them like a worker, and records them in small groups as they finish. */
async function workThrough(state: State, pipeline: string, paths: readonly string[]): Promise<void> {
  const run = `of ${pipeline}`;
  const id = await planRun(state, run, paths, 1000, pipeline);
  await state.compare(
    id,
    paths.map((path) => ({ path, size: 10, mtimeMs: 1000, chain: '' })),
  );
  const worker = { pipelineId: id, run, owner: pipeline };
  for (let batch = 1; batch <= paths.length / 1000; batch++) {
    for (;;) {
      const claims = await state.claim({ ...worker, batch, leaseMs: LEASE_MS, limit: 64 });
      if (claims.length === 0) break;
      for (let at = 0; at < claims.length; at += 4) {
        const group = claims.slice(at, at + 4);
        await state.saveIntents(
          worker,
          group.map(({ path, token }) => ({ path, token, intent: {} })),
        );
        await state.recordOutcomes(worker, group.map(copied));
      }
    }
  }
}

test.serial('postgres: a pipeline that its statistics do not know yet costs a few rows for each file', async (t) => {
  const url = await newDatabase();
  const paths = Array.from({ length: 2000 }, (_, number) => `folder/file-${number}`);
  const watcher = await connect(url);
  t.teardown(() => watcher.end());
  const work = async (pipeline: string) => {
    await using state = await open(url);
    await workThrough(state, pipeline, paths);
  };
  const rowsRead = async (): Promise<number> => {
    // Postgres counts a connection's reads at its end.
    await until(async () => {
      const { rows } = await watcher.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'",
      );
      return rows.length === 1;
    });
    const { rows } = await watcher.query(
      `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::float AS read FROM pg_stat_user_tables WHERE schemaname = 'sync_task'`,
    );
    return rows[0].read;
  };
  await work('known');
  await watcher.query('ANALYZE');
  const before = await rowsRead();
  await work('new');
  const perFile = ((await rowsRead()) - before) / paths.length;
  t.true(perFile < 60, `${perFile} rows for each file`);
  t.log(`${perFile.toFixed(1)} rows for each file`);
});

test.serial('postgres: who only looks writes nothing, and needs no tables', async (t) => {
  const url = await newDatabase();
  t.is(await openStateToRead(url, server.password, 'test'), undefined);
  const client = await connect(url);
  t.teardown(() => client.end());
  t.is((await client.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'sync_task'`)).rowCount, 0);
  const state = await open(url);
  t.teardown(() => state[Symbol.asyncDispose]());
  await planRun(state, 'r', ['a']);
  const reader = await openStateToRead(url, server.password, 'test');
  t.teardown(() => reader?.[Symbol.asyncDispose]());
  t.is((await reader?.runs((await reader.pipeline('test')).id, 10))?.length, 1);
  t.is((await reader?.pipeline('unknown'))?.id, 0);
  await t.throwsAsync(async () => reader?.takeOver('other', 'test'), { instanceOf: SyncError });
  await client.query('DELETE FROM sync_task.migration WHERE number = (SELECT max(number) FROM sync_task.migration)');
  t.like(await t.throwsAsync(openStateToRead(url, server.password, 'test'), { instanceOf: SyncError }), {
    kind: 'usage',
    reason: 'older-state',
  });
});
