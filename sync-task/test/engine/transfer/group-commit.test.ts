import test from 'ava';
import { realWorld } from '../../../src/base/world.ts';
import { groupCommit } from '../../../src/engine/transfer/group-commit.ts';

interface Row {
  readonly path: string;
}

test('rows that come together go together, and the next ones wait for them', async (t) => {
  const groups: string[][] = [];
  const gate = Promise.withResolvers<void>();
  const commit = groupCommit<Row>(async (rows) => {
    groups.push(rows.map(({ path }) => path));
    if (groups.length === 1) await gate.promise;
    return new Set();
  }, realWorld);
  const first = [commit({ path: 'a' }), commit({ path: 'b' })];
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  const second = [commit({ path: 'c' }), commit({ path: 'd' })];
  gate.resolve();
  t.deepEqual(await Promise.all([...first, ...second]), [true, true, true, true]);
  t.deepEqual(groups, [
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('a row that was not taken is told so, the others are not', async (t) => {
  const commit = groupCommit<Row>(async () => new Set(['lost']), realWorld);
  t.deepEqual(await Promise.all([commit({ path: 'kept' }), commit({ path: 'lost' })]), [true, false]);
});

test('a failed commit fails its rows alone', async (t) => {
  let calls = 0;
  const commit = groupCommit<Row>(async () => {
    if (++calls === 1) throw new Error('no connection');
    return new Set();
  }, realWorld);
  await t.throwsAsync(commit({ path: 'a' }), { message: 'no connection' });
  t.true(await commit({ path: 'b' }));
});

test('a group is bounded', async (t) => {
  const sizes: number[] = [];
  const commit = groupCommit<Row>(
    async (rows) => {
      sizes.push(rows.length);
      return new Set();
    },
    realWorld,
    10,
  );
  await Promise.all(Array.from({ length: 25 }, (_, index) => commit({ path: String(index) })));
  t.deepEqual(sizes, [10, 10, 5]);
});
