import { SyncError } from '../../../src/base/errors.ts';
import { claimAll, copied, type DeclareCase, entry, planRun } from './arrange.ts';

export function planningCases(declare: DeclareCase): void {
  declare('a pipeline is found again by its name', async (t, state) => {
    const first = await state.pipeline('one');
    t.deepEqual(await state.pipeline('one'), first);
    t.not((await state.pipeline('two')).id, first.id);
  });

  declare('a plan is read back, and planning the same run again says that it is complete', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'b', 'c'], 2);
    t.like(await state.run('r'), {
      id: 'r',
      pipeline: 'test',
      status: 'planned',
      listing: { listed: 3, unchanged: 0, excluded: 0 },
    });
    t.deepEqual((await state.run('r'))?.details, { made: 'for a test' });
    t.is(await state.run('none'), undefined);
    t.deepEqual(await state.batches('r'), [
      { number: 1, files: 2, bytes: 20, status: 'planned' },
      { number: 2, files: 1, bytes: 10, status: 'planned' },
    ]);
    t.is(await state.beginPlan('r', id, {}), undefined);
    t.deepEqual(
      (await state.runs(id, 10)).map((run) => run.id),
      ['r'],
    );
  });

  declare('an unfinished plan is taken over: its entries go, and the old planner must stop', async (t, state) => {
    const { id } = await state.pipeline('test');
    const old = await state.beginPlan('r', id, {});
    if (!old) throw new Error('no ticket');
    await state.addEntries(old, [entry('stale', 1)]);
    const successor = await state.beginPlan('r', id, {});
    if (!successor) throw new Error('no ticket');
    for (const late of [
      () => state.addEntries(old, [entry('late', 2)]),
      () => state.completePlan(old, [], { listed: 0, unchanged: 0, excluded: 0 }),
    ]) {
      const error = await t.throwsAsync(late, { instanceOf: SyncError });
      t.like(error, { kind: 'transient', reason: 'plan-taken-over' });
    }
    await state.addEntries(successor, [entry('fresh', 1), entry('left', undefined)]);
    await state.completePlan(successor, [{ number: 1, firstEntry: 1, lastEntry: 1, files: 1, bytes: 10 }], {
      listed: 2,
      unchanged: 0,
      excluded: 0,
    });
    t.like(await state.countEntries('r'), { planned: 1, skipped: 1 });
  });

  declare('a run belongs to one pipeline', async (t, state) => {
    await planRun(state, 'r', ['a']);
    const { id } = await state.pipeline('another');
    t.like(await t.throwsAsync(state.beginPlan('r', id, {}), { instanceOf: SyncError }), {
      kind: 'usage',
      reason: 'other-pipeline',
    });
  });

  declare('a comparison says what is new or changed, and nothing of the rest', async (t, state) => {
    const id = await planRun(state, 'r', ['same', 'longer', 'later', 'ruled', 'claimed-only']);
    const claims = await claimAll(state, id, 'me');
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    await state.recordOutcomes(owner, claims.filter(({ path }) => path !== 'claimed-only').map(copied));
    const known = { size: 10, mtimeMs: 1000, chain: '' };
    const candidates = [
      { ...known, path: 'same' },
      { ...known, path: 'longer', chain: 'abc', size: 2 ** 53 - 1 },
      { ...known, path: 'later', chain: 'abc', mtimeMs: 2000 },
      { ...known, path: 'ruled', chain: 'abc' },
      { ...known, path: 'claimed-only' },
      { ...known, path: 'never-seen' },
    ];
    t.deepEqual(
      [...(await state.compare(id, candidates))].sort((a, b) => a.index - b.index),
      [
        { index: 1, reason: 'size-changed' },
        { index: 2, reason: 'mtime-changed' },
        { index: 3, reason: 'transform-changed' },
        { index: 4, reason: 'new' },
        { index: 5, reason: 'new' },
      ],
    );
    t.deepEqual(await state.compare(id, []), []);
  });

  declare('what plans saw is history, newest first, and refused ones are not', async (t, state) => {
    const { id } = await state.pipeline('test');
    const other = await state.pipeline('other');
    const totals = { listed: 1, unchanged: 0, excluded: 0 };
    for (let day = 1; day <= 4; day++) {
      const ticket = await state.beginPlan(`day-${day}`, day === 4 ? other.id : id, {});
      if (!ticket) throw new Error('no ticket');
      const all = { folder: '', files: day, bytes: 2 ** 52, largest: day };
      if (day === 2) await state.refusePlan(ticket, totals, {});
      else await state.completePlan(ticket, [], totals, [all, { ...all, folder: "it's" }]);
    }
    const seen = (await state.history(id, 10)).map(({ folder, files, bytes }) => [folder, files, bytes]);
    t.deepEqual(seen.sort(), [
      ['', 1, 2 ** 52],
      ['', 3, 2 ** 52],
      ["it's", 1, 2 ** 52],
      ["it's", 3, 2 ** 52],
    ]);
    t.is((await state.history(id, 1)).length, 2);
    t.deepEqual(await state.history((await state.pipeline('new')).id, 10), []);
  });

  declare('a refused plan can be claimed by nobody, and planned again', async (t, state) => {
    const { id } = await state.pipeline('test');
    const refused = await state.beginPlan('r', id, {});
    if (!refused) throw new Error('no ticket');
    await state.addEntries(refused, [entry('a', 1)]);
    await state.refusePlan(refused, { listed: 1, unchanged: 0, excluded: 0 }, { gates: ['x'] });
    t.like(await state.run('r'), { status: 'refused', details: { gates: ['x'] } });
    t.deepEqual(await claimAll(state, id, 'me'), []);
    const again = await state.beginPlan('r', id, {});
    if (!again) throw new Error('no ticket');
    t.like(await state.run('r'), { status: 'planning', listing: undefined, finishedMs: undefined });
    await t.throwsAsync(state.refusePlan(refused, { listed: 0, unchanged: 0, excluded: 0 }, {}), {
      instanceOf: SyncError,
    });
    t.is((await state.countEntries('r')).planned, 0);
  });

  declare('a run is finished with a status', async (t, state) => {
    await planRun(state, 'r', []);
    await state.finishRun('r', 'partial', { missing: 1 });
    t.like(await state.run('r'), { status: 'partial', details: { missing: 1 } });
    t.is(typeof (await state.run('r'))?.finishedMs, 'number');
  });
}
