/** Lost connections: with the answer to a commit, and for a while. */
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { openState } from '../../../src/state/open.ts';
import { migrate } from '../../../src/state/sql/migrate.ts';
import { postgresDatabase } from '../../../src/state/sql/postgres-database.ts';
import { sqlState } from '../../../src/state/sql/sql-state.ts';
import type { Claim, State } from '../../../src/state/state.ts';
import { checkpoint, claimAll, copied, entry, failed, LEASE_MS, planRun } from '../../contract/state/arrange.ts';
import { type LossyProxy, startLossyProxy } from '../../kit/lossy-proxy.ts';
import { type Postgres, startPostgres } from '../../kit/postgres.ts';

let server: Postgres;
let proxy: LossyProxy;
let databases = 0;

test.before(async () => {
  server = await startPostgres();
  proxy = await startLossyProxy(server.port);
});
test.after.always(async () => {
  await proxy?.stop();
  await server?.stop();
});

async function open(t: ExecutionContext, patienceMs = 30_000): Promise<State> {
  const admin = await postgresDatabase({ url: server.url, password: server.password, applicationName: 'test' });
  const name = `lost_${++databases}`;
  // Outside a transaction, unlike every statement of the state.
  await admin.close();
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: server.url.replace('@', `:${server.password}@`) });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = server.url.replace(`:${server.port}/postgres`, `:${proxy.port}/${name}`);
  const database = await postgresDatabase({ url, password: server.password, applicationName: 'test', patienceMs });
  t.teardown(() => database.close());
  await migrate(database);
  return sqlState(database);
}

/** Commits, and loses the answer. */
async function unheard<T>(t: ExecutionContext, work: () => Promise<T>): Promise<T> {
  const before = proxy.lost;
  proxy.loseNextCommit();
  const result = await work();
  t.is(proxy.lost, before + 1);
  return result;
}

async function claimed(state: State, id: number, owner = 'me'): Promise<[Claim, Claim]> {
  const [a, b] = await claimAll(state, id, owner, { limit: 2 });
  if (!a || !b) throw new Error('nothing claimed');
  return [a, b];
}

const worker = (pipelineId: number) => ({ pipelineId, run: 'r', owner: 'me' });

test.serial('a plan is the same, whichever answer is lost', async (t) => {
  const state = await open(t);
  const { id } = await unheard(t, () => state.pipeline('test'));
  const ticket = await unheard(t, () => state.beginPlan('r', id, {}));
  if (!ticket) throw new Error('no ticket');
  await unheard(t, () => state.addEntries(ticket, [entry('a', 1), entry('b', 2)]));
  const batch = { number: 1, firstEntry: 1, lastEntry: 2, files: 2, bytes: 20 };
  const folders = [{ folder: '', files: 2, bytes: 20, largest: 10 }];
  await unheard(t, () => state.completePlan(ticket, [batch], { listed: 2, unchanged: 0, excluded: 0 }, folders));
  t.like(await state.countEntries('r'), { planned: 2 });
  t.is((await state.batches('r')).length, 1);
  t.is(await state.beginPlan('r', id, {}), undefined);
  await unheard(t, () => state.finishRun('r', 'done', {}));
  const refused = await unheard(t, () => state.beginPlan('r2', id, {}));
  if (!refused) throw new Error('no ticket');
  await unheard(t, () => state.refusePlan(refused, { listed: 1, unchanged: 0, excluded: 0 }, {}));
  t.like(await state.run('r2'), { status: 'refused' });
  const other = { ...ticket, token: ticket.token + 5 };
  const late = await t.throwsAsync(state.completePlan(other, [], { listed: 0, unchanged: 0, excluded: 0 }), {
    instanceOf: SyncError,
  });
  t.like(late, { reason: 'plan-taken-over' });
  await unheard(t, () => state.takeOver('new', 'test'));
  t.is((await state.pipeline('new')).id, id);
});

test.serial('a claim whose answer is lost is the claimer’s', async (t) => {
  const state = await open(t);
  const id = await planRun(state, 'r', ['a', 'b', 'c']);
  const claims = await unheard(t, () => claimAll(state, id, 'me', { limit: 2 }));
  t.deepEqual(
    claims.map(({ path, token }) => [path, token]),
    [
      ['a', 1],
      ['b', 1],
    ],
  );
  t.is((await state.events(id, 'a')).length, 1);
  t.deepEqual(
    await unheard(t, () => state.renew('me', LEASE_MS)),
    new Map([
      ['a', 1],
      ['b', 1],
    ]),
  );
  await unheard(t, () => state.release('me'));
  const again = {
    pipelineId: id,
    owner: 'sweeper',
    leaseMs: LEASE_MS,
    limit: 9,
    after: undefined,
    which: 'all',
  } as const;
  const left = await unheard(t, () => state.claimAbandoned(again));
  t.deepEqual(
    left.map(({ path, token, abandoned }) => [path, token, abandoned.token]),
    [
      ['a', 2, 1],
      ['b', 2, 1],
    ],
  );
  const [a, b] = left;
  if (!a || !b) throw new Error('nothing taken over');
  t.deepEqual(await unheard(t, () => state.clear(again, [a])), new Set());
  await unheard(t, () => state.release('sweeper'));
  t.is(await state.countAbandoned(id, 9), 1);
});

test.serial('what is recorded is recorded once, and its worker is told so', async (t) => {
  const state = await open(t);
  const id = await planRun(state, 'r', ['a', 'b']);
  const [a, b] = await claimed(state, id);
  const intents = [a, b].map(({ path, token }) => ({ path, token, intent: 'begun' }));
  t.deepEqual(await unheard(t, () => state.saveIntents(worker(id), intents)), new Set());
  const work = { durationMs: 5, retries: 2 };
  const rows = [
    { ...copied(a), work },
    { ...failed(b), work },
  ];
  t.deepEqual(await unheard(t, () => state.recordOutcomes(worker(id), rows)), new Set());
  t.like(await state.countEntries('r'), { planned: 0, copied: 1, failed: 1 });
  t.deepEqual(
    (await state.manifest('r', undefined, 9)).map(({ path, claims, claimsLost, retries }) => [
      path,
      claims,
      claimsLost,
      retries,
    ]),
    [
      ['a', 1, 0, 2],
      ['b', 1, 0, 2],
    ],
  );
  t.like(await state.file(id, 'a'), checkpoint(a));
  const [next] = await claimAll(state, id, 'you');
  t.is(next?.intent, 'begun');
  t.deepEqual(await state.recordOutcomes(worker(id), [{ ...copied(b), token: b.token + 1 }]), new Set(['b']));
});

test.serial('a connection that is lost is made again, as soon as it can be', async (t) => {
  const state = await open(t);
  const id = await planRun(state, 'r', ['a']);
  proxy.down();
  const claiming = claimAll(state, id, 'me');
  const asking = state.countEntries('r');
  setTimeout(() => proxy.up(), 1000);
  t.is((await claiming).length, 1);
  t.like(await asking, { planned: 1 });
});

test.serial('a database that stays away is transient, after a while', async (t) => {
  const state = await open(t, 1000);
  proxy.down();
  const error = await t.throwsAsync(state.pipeline('test'), { instanceOf: SyncError });
  proxy.up();
  t.like(error, { kind: 'transient', reason: 'state-unreachable' });
  t.false(error?.message.includes(server.password));
  t.is((await state.pipeline('test')).name, 'test');
});

test.serial('who never had a connection is told so at once', async (t) => {
  proxy.down();
  const url = server.url.replace(String(server.port), String(proxy.port));
  const error = await t.throwsAsync(openState(url, server.password, 'test'), { instanceOf: SyncError });
  proxy.up();
  t.like(error, { kind: 'transient', reason: 'state-unreachable' });
});
