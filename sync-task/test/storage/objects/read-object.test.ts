/** Ranges of one version, in order, whoever tells which one it is. */
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../../src/base/errors.ts';
import { byteBudget } from '../../../src/storage/budget.ts';
import { notAsListed } from '../../../src/storage/changed-source.ts';
import { type ReadRequest, readObject } from '../../../src/storage/objects/read-object.ts';
import { noise } from '../../contract/storage/arrange.ts';

const BUDGET = 4096;
const { signal } = new AbortController();

/** An object that stands as that version, and what was asked of it. */
function object(content: Buffer, etag: string) {
  const asked: { readonly etag: string | undefined; readonly bytes: number }[] = [];
  const fetch: ReadRequest['fetch'] = async (wanted, start, bytes) => {
    asked.push({ etag: wanted, bytes });
    await setImmediate();
    if (wanted !== undefined && wanted !== etag) throw notAsListed('x', 'f');
    return { etag, pieces: bytes === 0 ? [] : [content.subarray(start, start + bytes)] };
  };
  return { asked, fetch };
}

async function readAll(request: Omit<ReadRequest, 'label' | 'path' | 'signal'>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of readObject({ label: 'x', path: 'f', signal, ...request })) pieces.push(...chunk);
  return Buffer.concat(pieces);
}

test('every byte comes once, in order, of one version, and all memory comes back', async (t) => {
  const plans = fc.record({
    size: fc.integer({ min: 0, max: 3000 }),
    skipped: fc.integer({ min: 0, max: 3000 }),
    rangeBytes: fc.integer({ min: 1, max: 1000 }),
    rangesAtOnce: fc.integer({ min: 1, max: 5 }),
    looks: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(plans, async ({ size, skipped, looks, ...plan }) => {
      const content = noise(size);
      const start = Math.min(skipped, size);
      const expected = { size, mtimeMs: 1 };
      const budget = byteBudget(BUDGET);
      const { asked, fetch } = object(content, 'one');
      const look = async () => ({ ...expected, etag: 'one' });
      const read = await readAll({ ...plan, expected, start, budget, fetch, ...(looks && { look }) });
      t.true(read.equals(content.subarray(start)));
      t.true(budget.tryTake(BUDGET), 'all of it is free again');
      const [first, ...rest] = asked;
      if (!looks) t.is(first?.etag, undefined, 'the first range tells, also where nothing is left to read');
      t.true((looks ? asked : rest).every((range) => range.etag === 'one'));
    }),
  );
});

test('a version that changes between two ranges is an error, and so is a range that comes short', async (t) => {
  const content = noise(300);
  const request = { expected: { size: 300, mtimeMs: 1 }, start: 0, rangeBytes: 100, rangesAtOnce: 1 };
  const { fetch } = object(content, 'one');
  let ranges = 0;
  for (const [reason, broken] of [
    ['changed-while-read', (_: string | undefined) => fetch('two', 0, 100, signal)],
    ['short-read', (etag: string | undefined) => fetch(etag, 0, 99, signal)],
  ] as const) {
    const budget = byteBudget(BUDGET);
    const second: ReadRequest['fetch'] = (etag, start, bytes) =>
      ++ranges % 2 === 0 ? broken(etag) : fetch(etag, start, bytes, signal);
    const error = await t.throwsAsync(readAll({ ...request, budget, fetch: second }), { instanceOf: SyncError });
    t.is(error.reason, reason);
    t.true(budget.tryTake(BUDGET));
  }
});
