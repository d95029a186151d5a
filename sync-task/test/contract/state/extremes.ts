import { claimAll, copied, type DeclareCase, entry, failed, planRun } from './arrange.ts';

const oddPaths = [
  'plain',
  `quotes ' " \``,
  'new\nline',
  'back\\slash',
  '-leading',
  '100%',
  '$1',
  'é composed',
  'e\u0301 decomposed',
  '日本語/ファイル',
  '😀',
  `${'long/'.repeat(800)}end`,
];

export function extremeCases(declare: DeclareCase): void {
  declare('any path comes back as it was', async (t, state) => {
    const id = await planRun(state, 'r', oddPaths);
    const claims = await claimAll(state, id, 'me');
    t.deepEqual(
      claims.map(({ path }) => path),
      oddPaths,
    );
    await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, claims.map(copied));
    const candidates = oddPaths.map((path) => ({ path, size: 10, mtimeMs: 1000, chain: '' }));
    t.deepEqual(await state.compare(id, candidates), []);
    const entries = await state.entries('r', { statuses: ['copied'], limit: 100 });
    t.deepEqual(entries.map(({ path }) => path).sort(), [...oddPaths].sort());
  });

  declare('what servers say is kept, but for what no database can hold', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const [claim] = await claimAll(state, id, 'me');
    if (!claim) throw new Error('nothing claimed');
    const row = { ...failed(claim), message: 'half \ud83d of a pair, a \0 and a "quote"\n' };
    t.deepEqual(await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, [row]), new Set());
    const [entry] = await state.entries('r', { statuses: ['failed'], limit: 1 });
    t.is(entry?.message, 'half \ufffd of a pair, a \ufffd and a "quote"\n');
  });

  declare('the largest numbers come back as they were', async (t, state) => {
    const { id } = await state.pipeline('test');
    const ticket = await state.beginPlan('r', id, {});
    if (!ticket) throw new Error('planned already');
    const version = { size: Number.MAX_SAFE_INTEGER, mtimeMs: Number.MAX_SAFE_INTEGER };
    await state.addEntries(ticket, [{ ...entry('a', 1), ...version }]);
    const bytes = Number.MAX_SAFE_INTEGER;
    await state.completePlan(ticket, [{ number: 1, firstEntry: 1, lastEntry: 1, files: 1, bytes }], {
      listed: 1,
      unchanged: 0,
      excluded: 0,
    });
    const [claim] = await claimAll(state, id, 'me');
    if (!claim) throw new Error('nothing claimed');
    t.like(claim, version);
    t.is((await state.batches('r'))[0]?.bytes, bytes);
    await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, [copied(claim)]);
    t.deepEqual(await state.compare(id, [{ path: 'a', chain: '', ...version }]), []);
    t.deepEqual(await state.compare(id, [{ path: 'a', chain: '', ...version, mtimeMs: version.mtimeMs - 1 }]), [
      { index: 0, reason: 'mtime-changed' },
    ]);
  });

  declare('thousands are compared at once', async (t, state) => {
    const paths = Array.from({ length: 5000 }, (_, index) => `folder/${index}`);
    const known = paths.filter((_, index) => index % 7 !== 0);
    const id = await planRun(state, 'r', known);
    const claims = await claimAll(state, id, 'me', { limit: known.length });
    await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, claims.map(copied));
    const changes = await state.compare(
      id,
      paths.map((path) => ({ path, size: 10, mtimeMs: 1000, chain: '' })),
    );
    t.deepEqual(
      changes.map(({ index }) => index).sort((a, b) => a - b),
      paths.flatMap((_, index) => (index % 7 === 0 ? [index] : [])),
    );
    t.true(changes.every(({ reason }) => reason === 'new'));
  });
}
