/** What is tried again, how often, and what never is. */
import test from 'ava';
import { backoffMs } from '../../../src/base/backoff.ts';
import { SyncError } from '../../../src/base/errors.ts';
import type { Chunk } from '../../../src/base/model.ts';
import { retryBudget } from '../../../src/engine/transfer/retry-budget.ts';
import { retryReading } from '../../../src/storage/around/retry.ts';
import { patience } from '../../../src/storage/sftp/pool/patience.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { silentLog } from '../../kit/sftp-storage.ts';

const lost = (reason = 'connection-lost') => new SyncError('it was lost', { kind: 'transient', reason });
const content = Buffer.from('0123456789');
const { signal } = new AbortController();
const asked = { expected: { size: content.length, mtimeMs: 0 }, start: 0, signal };

/** Hands on so many bytes before each failure, one at a time. */
function failing(after: readonly number[], error: () => Error = lost) {
  const starts: number[] = [];
  const left = [...after];
  const storage = {
    async *read(_path: string, { start }: { start: number }): AsyncGenerator<Chunk> {
      starts.push(start);
      const bytes = left.shift();
      for (let at = start; at < content.length; at++) {
        if (bytes !== undefined && at - start >= bytes) throw error();
        yield [content.subarray(at, at + 1)];
      }
      if (bytes !== undefined) throw error();
    },
  } as unknown as Storage;
  return { storage, starts };
}

async function readAll(storage: Storage, attempts: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of retryReading(storage, { attempts, log: silentLog }).read('f', asked)) pieces.push(...chunk);
  return Buffer.concat(pieces).toString();
}

test('reading goes on at the byte that came last, as often as every try brings something', async (t) => {
  const { storage, starts } = failing([3, 2, 1, 1]);
  t.is(await readAll(storage, 2), content.toString());
  t.deepEqual(starts, [0, 3, 5, 6, 7]);
});

test('tries that bring nothing are counted', async (t) => {
  const { storage, starts } = failing([3, 0, 0, 0, 0]);
  await t.throwsAsync(readAll(storage, 3), { message: 'it was lost' });
  t.deepEqual(starts, [0, 3, 3]);
});

for (const [what, error] of Object.entries({
  'a permanent error': new SyncError('no', { kind: 'permanent', reason: 'not-found' }),
  'a changed file': new SyncError('no', { kind: 'changed', reason: 'changed-while-read' }),
  'a server that was waited for': lost('server-lost'),
})) {
  test(`not tried again: ${what}`, async (t) => {
    const { storage, starts } = failing([3], () => error);
    await t.throwsAsync(readAll(storage, 5), { is: error });
    t.deepEqual(starts, [0]);
  });
}

test('publishing and drafts are not tried again', async (t) => {
  let calls = 0;
  const fail = async (): Promise<never> => {
    calls++;
    throw lost();
  };
  const storage = { publish: fail, draft: fail, stat: fail } as unknown as Storage;
  const retried = retryReading(storage, { attempts: 2, log: silentLog });
  await t.throwsAsync(retried.publish('f', 'd'));
  await t.throwsAsync(retried.draft('f', { name: 'd', mtimeMs: 0, fsync: false, signal }));
  t.is(calls, 2);
  await t.throwsAsync(retried.stat('f'));
  t.is(calls, 4);
});

test('a wait has full jitter, doubles and is bounded', (t) => {
  t.is(
    backoffMs(1, () => 0),
    0,
  );
  t.is(
    backoffMs(1, () => 1),
    500,
  );
  t.is(
    backoffMs(3, () => 1),
    2000,
  );
  t.is(
    backoffMs(99, () => 1),
    15_000,
  );
});

test('all files share one budget, which settled files fill again', (t) => {
  const budget = retryBudget(2);
  t.deepEqual([budget.take(), budget.take(), budget.take()], [true, true, false]);
  budget.earn();
  t.deepEqual([budget.take(), budget.take()], [true, false]);
});

const times = { attempts: 3, startMs: 60_000, lostMs: 60_000, log: silentLog, role: 'target', signal: undefined };

test('connecting is tried so often at the start, and not again where the login is refused', async (t) => {
  let tries = 0;
  const fail = (error: Error) => async (): Promise<never> => {
    tries++;
    throw error;
  };
  await t.throwsAsync(patience(fail(lost()), times).first(), { message: 'it was lost' });
  t.is(tries, 3);
  const refused = new SyncError('not let in', { kind: 'permission', reason: 'authentication' });
  await t.throwsAsync(patience(fail(refused), times).first(), { is: refused });
  t.is(tries, 4);
  const again = patience(fail(refused), times);
  const first = await t.throwsAsync(again.again(), { instanceOf: SyncError });
  t.like(first, { kind: 'permission', reason: 'server-lost' });
  await t.throwsAsync(again.again());
  t.is(tries, 5, 'a login that was refused once is not tried for every file');
});

test('a lost server is waited for by all together, once', async (t) => {
  let tries = 0;
  const connect = async () => {
    if (++tries < 3) throw lost('unreachable');
    return 'connected';
  };
  const server = patience(connect, times);
  t.deepEqual(await Promise.all([server.again(), server.again(), server.again()]), Array(3).fill('connected'));
  t.is(tries, 3);
});

test('a server that stays away: says for how long it was tried, and is not waited for again', async (t) => {
  let tries = 0;
  const connect = async (): Promise<never> => {
    tries++;
    throw new SyncError('cannot connect', { kind: 'transient', reason: 'unreachable' });
  };
  const server = patience(connect, { ...times, lostMs: 0 });
  for (const asker of ['the first', 'whoever comes later']) {
    const error = await t.throwsAsync(server.again(), { instanceOf: SyncError }, asker);
    t.like(error, { kind: 'transient', reason: 'server-lost' });
    t.is(error?.message, 'cannot connect; it was tried again for 0 s (--reconnect)', asker);
  }
  t.is(tries, 2);
});
