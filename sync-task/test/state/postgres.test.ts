import { randomBytes } from 'node:crypto';
import test from 'ava';
import pg from 'pg';
import { SyncError } from '../../src/errors.ts';
import { openState } from '../../src/state/open.ts';
import { stateContract } from '../contract/state.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';

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

async function newDatabase(): Promise<string> {
  const url = new URL(server.url);
  url.password = server.password;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
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
