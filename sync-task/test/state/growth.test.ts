/**
 * What working and recovering read in a state with a million events of a hundred thousand files: only rows of the work at hand,
 * with statistics and without. Postgres counts the rows; SQLite doesn't, so its plan of every statement is checked.
 */
import test, { type ExecutionContext } from 'ava';
import pg from 'pg';
import { openState } from '../../src/state/open.ts';
import type { Database, Query } from '../../src/state/sql/database.ts';
import { migrate } from '../../src/state/sql/migrate.ts';
import { sqlState } from '../../src/state/sql/sql-state.ts';
import { sqliteDatabase } from '../../src/state/sql/sqlite-database.ts';
import type { Claim, State } from '../../src/state/state.ts';
import { copied, failed, LEASE_MS, planRun } from '../contract/state/arrange.ts';
import { until } from '../kit/folders.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';

const FILES = 100_000;
const EVENTS_EACH = 10;
const RUNS = 50;
/** The time of the history, and of what `prune` removes. */
const LATELY = 1e12;
const ANCIENT = 15_000;
/** A run that is nearly done, in one batch, and one of many batches. */
const SETTLED = 20_000;
const BATCHES = 1000;
/** Files of the current run, and how many of them one worker had when it was killed. */
const PLANNED = 1000;
const AT_HAND = 200;
/** Every path belongs to a known file. */
const paths = Array.from({ length: PLANNED }, (_, number) => `folder/file-${number * 90}`);

/**
 * What a year of runs leaves: every file published, a tenth of them failed last. `numbers` makes a table of that many numbers
 * `n`.
 */
const history = (numbers: (count: number) => string): string[] => [
  `INSERT INTO file (pipeline_id, path, token, owner, lease_until_ms, claim_run, size, mtime_ms, chain, target_size, digest)
   SELECT 1, 'folder/file-' || n, 5, CASE WHEN n % 10 = 1 THEN 'given back' END, 0, 'old', 1, 1, '', 1, '{}' FROM ${numbers(FILES)}`,
  `INSERT INTO event (at_ms, pipeline_id, path, run_id, event, token, detail)
   SELECT ${LATELY}, 1, 'folder/file-' || (n % ${FILES}), 'old', CASE WHEN n % ${2 * FILES} < ${FILES} THEN 'claimed' ELSE 'copied' END,
          1 + n / ${2 * FILES}, '' FROM ${numbers(FILES * EVENTS_EACH)}`,
  `INSERT INTO run (id, pipeline_id, status, plan_token, created_ms, finished_ms, details) SELECT 'old-' || n, 1, 'done', 1, ${LATELY}, ${LATELY}, '{}' FROM ${numbers(RUNS)}`,
  `INSERT INTO entry (run_id, path, number, size, mtime_ms, chain, plan_reason, status, reason, message)
   SELECT 'old-' || (n % ${RUNS}), 'folder/file-' || n, 1 + n / ${RUNS}, 1, 1, '', 'new', 'copied', 'new', '' FROM ${numbers(FILES)}`,
  `INSERT INTO key_holder (pipeline_id, path, token, age, status) SELECT 1, 'folder/file-' || n, 5, n, 'published' FROM ${numbers(FILES)}`,
  `INSERT INTO run (id, pipeline_id, status, plan_token, created_ms, details) SELECT run, 1, 'planned', 1, ${LATELY}, '{}'
   FROM (SELECT CASE WHEN n = 0 THEN 'settled' ELSE 'many batches' END AS run FROM ${numbers(2)}) AS runs`,
  `INSERT INTO entry (run_id, path, number, size, mtime_ms, chain, plan_reason, status, reason, message, owner)
   SELECT 'settled', 'folder/file-' || n, n + 1, 1, 1, '', 'new', CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'copied' END, 'new', '', 'me'
   FROM ${numbers(SETTLED - AT_HAND)}`,
  `INSERT INTO entry (run_id, path, number, size, mtime_ms, chain, plan_reason, status, reason, message)
   SELECT 'settled', 'left/file-' || n, ${SETTLED - AT_HAND} + n + 1, 1, 1, '', 'new', 'planned', 'new', '' FROM ${numbers(AT_HAND)}`,
  `INSERT INTO batch (run_id, number, first_entry, last_entry, files, bytes) SELECT 'settled', 1 + n, 1, ${SETTLED}, 1, 1 FROM ${numbers(1)}`,
  `INSERT INTO entry (run_id, path, number, size, mtime_ms, chain, plan_reason, status, reason, message, known_token)
   SELECT 'many batches', 'folder/file-' || n, n + 1, 1, 1, '', 'new', 'copied', 'new', '', 5 FROM ${numbers(5 * BATCHES)}`,
  `INSERT INTO batch (run_id, number, first_entry, last_entry, files, bytes)
   SELECT 'many batches', n + 1, 5 * n + 1, 5 * n + 5, 5, 5 FROM ${numbers(BATCHES)}`,
];

/** What `prune` finds, once. */
const ancient = (numbers: (count: number) => string): string =>
  `INSERT INTO event (at_ms, pipeline_id, path, run_id, event, token, detail)
   SELECT n, 1, 'ancient/file-' || n, 'ancient', 'claimed', 1, '' FROM ${numbers(ANCIENT)}`;

type Measure = (what: string, work: (state: State) => Promise<unknown>, mostRows?: number) => Promise<void>;

/** From plan to end, with a dead worker and a sweep. */
async function workThrough(t: ExecutionContext, state: State, run: string, measure: Measure): Promise<void> {
  const id = await planRun(state, run, paths);
  const worker = (owner: string) => ({ pipelineId: id, run, batch: 1, owner, leaseMs: LEASE_MS, limit: AT_HAND });
  const left = { ...worker('sweeper'), after: undefined, which: 'ended' } as const;
  let claims: readonly Claim[] = [];
  await measure('claim', async (own) => {
    claims = await own.claim(worker('dead'));
  });
  t.is(claims.length, AT_HAND);
  await measure('renew', (own) => own.renew('dead', LEASE_MS));
  await measure('heldByOthers', (own) => own.heldByOthers(worker('me')));
  await measure('release', (own) => own.release('dead'));
  await measure('claim of what was abandoned', async (own) => {
    claims = await own.claim(worker('me'));
  });
  t.true(claims.every(({ abandoned }) => abandoned?.run === run));
  const rows = claims.map((claim) => ({ path: claim.path, token: claim.token, intent: {} }));
  await measure('saveIntents', (own) => own.saveIntents(worker('me'), rows));
  await measure('recordOutcomes', (own) =>
    own.recordOutcomes(
      worker('me'),
      claims.map((claim, index) => (index % 2 === 0 ? copied(claim) : failed(claim))),
    ),
  );
  await measure('recordOutcomes again', (own) => own.recordOutcomes(worker('me'), claims.map(copied)));
  await measure('claimAbandoned', async (own) => {
    const files = await own.claimAbandoned(left);
    t.is(files.length, AT_HAND);
    await own.clear(left, files.slice(1));
    await own.release(left.owner);
  });
  await measure('the last page of what was abandoned', (own) =>
    own.claimAbandoned({ ...left, after: 'folder/file-99990' }),
  );
  await measure('takenOver', (own) => own.takenOver(id));
  await measure('sweepKeys', (own) => own.sweepKeys(id));
  await measure('countEntries', (own) => own.countEntries(run));
  await measure('runWork', (own) => own.runWork(run));
  await measure('fileInRuns', (own) => own.fileInRuns(id, paths[0] ?? '', 20), 500);
  await measure('batches', (own) => own.batches(run));
  await measure('entries', (own) => own.entries(run, { statuses: ['failed'], limit: 100 }));
  await measure('manifest', async (own) => {
    const rows = await own.manifest(run, undefined, PLANNED);
    t.deepEqual([rows.length, rows.filter(({ claims }) => claims === 2).length], [PLANNED, AT_HAND]);
  });
  await measure('finishRun', (own) => own.finishRun(run, 'partial', {}));
}

/** Where much is settled, in many batches, long ago. */
async function lookBack(t: ExecutionContext, state: State, measure: Measure): Promise<void> {
  const { id } = await state.pipeline('test');
  const settled = { pipelineId: id, run: 'settled', batch: 1, owner: 'me', leaseMs: LEASE_MS };
  let claims: readonly Claim[] = [];
  await measure(
    'claim behind what is settled',
    async (own) => {
      claims = await own.claim({ ...settled, limit: AT_HAND / 2 });
      t.is(claims.length, AT_HAND / 2);
    },
    10 * AT_HAND,
  );
  await measure(
    'claim behind what is in hand',
    async (own) => {
      const next = await own.claim({ ...settled, limit: AT_HAND / 10, after: claims.at(-1)?.number });
      t.is(next.length, AT_HAND / 10);
      claims = [...claims, ...next];
    },
    10 * (AT_HAND / 10),
  );
  await state.clear(settled, claims);
  await measure(
    'a file that failed is found from the beginning',
    async (own) => {
      const [first] = await own.claim({ ...settled, owner: 'you', limit: 1 });
      t.is(first?.number, 1);
      await own.release('you');
    },
    10 * AT_HAND,
  );
  await measure('heldByOthers of what is settled', (own) => own.heldByOthers(settled), 10 * AT_HAND);
  await measure(
    'status of a batch',
    async (own) => {
      t.like(await own.batches('many batches', BATCHES), { length: 1, 0: { number: BATCHES, status: 'done' } });
    },
    100,
  );
  await measure(
    'status of all batches',
    async (own) => {
      t.is((await own.batches('many batches')).length, BATCHES);
    },
    10 * BATCHES,
  );
  await measure('manifest of many batches', async (own) => {
    const rows = await own.manifest('many batches', undefined, 1000);
    t.true(rows.every(({ path, batch }) => batch === 1 + Math.floor(Number(path.split('-')[1]) / 5)));
  });
  await measure('entries of many batches', (own) => own.entries('many batches', { statuses: ['copied'], limit: 1000 }));
  const sinceLately = Date.now() - LATELY / 2;
  await measure(
    'prune with nothing to do',
    async (own) => {
      t.deepEqual(await own.prune(id, 2 * sinceLately), { runs: 0, events: 0 });
    },
    3 * PLANNED,
  );
  await measure(
    'prune',
    async (own) => {
      t.deepEqual(await own.prune(id, sinceLately), { runs: 0, events: ANCIENT });
    },
    5 * ANCIENT,
  );
}

let server: Postgres;

test.before(async () => {
  // It has no statistics but those that the test makes.
  server = await startPostgres({ settings: ['autovacuum=off'] });
});
test.after.always(async () => {
  await server?.stop();
});

test.serial('postgres: nothing reads the history', async (t) => {
  t.timeout(300_000);
  const admin = new pg.Client({ connectionString: server.url.replace('@', `:${server.password}@`) });
  await admin.connect();
  t.teardown(() => admin.end());
  const open = () => openState(server.url, server.password, 'test');
  await using state = await open();
  await state.pipeline('test');
  const series = (count: number) => `generate_series(0, ${count - 1}) AS n`;
  await admin.query('SET search_path = sync_task');
  /** Postgres counts a connection's reads at its end at the latest: none of these reads must count with what follows. */
  const fill = async (statements: readonly string[]): Promise<void> => {
    const others = await connections();
    const filler = new pg.Client({ connectionString: server.url.replace('@', `:${server.password}@`) });
    await filler.connect();
    await filler.query('SET search_path = sync_task');
    for (const statement of statements) await filler.query(statement);
    await filler.end();
    await until(async () => (await connections()) <= others);
  };

  const rowsRead = async (): Promise<number> => {
    const { rows } = await admin.query(
      `SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables)::float + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)::float AS read`,
    );
    return rows[0].read;
  };
  const connections = async (): Promise<number> => {
    const { rows } = await admin.query(
      `SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'`,
    );
    return rows[0].open;
  };
  await fill(history(series));
  const measure: Measure = async (what, work, mostRows = 10 * PLANNED) => {
    const [before, others] = [await rowsRead(), await connections()];
    {
      await using own = await open();
      await work(own);
    }
    // Postgres counts a connection's reads at its end.
    await until(async () => (await connections()) <= others);
    const read = (await rowsRead()) - before;
    t.true(read < mostRows, `${what}: ${read} rows`);
    t.log(`${what}: ${read} rows`);
  };
  for (const statistics of ['without statistics', 'with statistics']) {
    await fill([ancient(series)]);
    if (statistics === 'with statistics') await admin.query('ANALYZE');
    await workThrough(t, state, statistics, measure);
    await lookBack(t, state, measure);
  }
});

/** Walks a table, or all files of a pipeline, or all events. */
const walks =
  /SCAN (event|file|entry|key_holder|row_key|taken_over|run)\b|SEARCH (event|file|key_holder) USING (?!INDEX (file_left|key_holder_unsettled)).*\(pipeline_id=\?\)/;

/** All entries or batches of a run, which is what these operations are about. */
const walksRun = /SEARCH (entry|batch) USING .*\(run_id=\?\)$/;
const ofRun = ['countEntries', 'runWork', 'batches', 'status of all batches', 'entries', 'entries of many batches'];

/** A tree in memory that grows with the run. */
const sorts = /USE TEMP B-TREE/;
/** Only runs of one millisecond. */
const sortsRuns = /USE TEMP B-TREE FOR LAST TERM OF ORDER BY$/;

/** All runs of a pipeline. SQLite may walk them where its statistics know no other. */
const walksRuns = /^SCAN run$/;
const ofPipeline = ['prune', 'prune with nothing to do'];

test.serial('sqlite: nothing walks the history', async (t) => {
  t.timeout(300_000);
  const inner = sqliteDatabase(':memory:');
  t.teardown(() => inner.close());
  await migrate(inner);
  let asked = new Set<string>();
  const listening = (query: Query): Query => ({
    dialect: query.dialect,
    query(sql, parameters) {
      asked.add(sql);
      return query.query(sql, parameters);
    },
  });
  const database: Database = {
    ...inner,
    ...listening(inner),
    transaction: (work) => inner.transaction((transaction) => work(listening(transaction))),
  };
  const state = sqlState(database);
  await state.pipeline('test');
  const numbers = (count: number) =>
    `(WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < ${count - 1}) SELECT n FROM counted) AS numbers`;
  for (const statement of history(numbers)) await inner.query(statement);
  const measure: Measure = async (what, work) => {
    asked = new Set();
    await work(state);
    for (const sql of asked) {
      const plan = (await inner.query(`EXPLAIN QUERY PLAN ${sql}`)).map((row) => row['detail'] as string);
      t.deepEqual(
        plan.filter(
          (line) =>
            (walks.test(line) && !(ofPipeline.includes(what) && walksRuns.test(line))) ||
            (!ofRun.includes(what) && walksRun.test(line)) ||
            (sorts.test(line) && !(what === 'fileInRuns' && sortsRuns.test(line))),
        ),
        [],
        `${what}: ${sql}`,
      );
    }
  };
  for (const statistics of ['without statistics', 'with statistics']) {
    await inner.query(ancient(numbers));
    if (statistics === 'with statistics') await inner.query('ANALYZE');
    await workThrough(t, state, statistics, measure);
    await lookBack(t, state, measure);
  }
});
