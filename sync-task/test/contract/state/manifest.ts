import { claimAll, clearAbandoned, copied, type DeclareCase, failed, LEASE_MS, planRun } from './arrange.ts';

export function manifestCases(declare: DeclareCase): void {
  declare('the manifest has every entry with its work and what it left, page by page', async (t, state) => {
    const pipelineId = await planRun(state, 'r', ['a', 'b', 'c', 'd'], 2);
    const owner = { pipelineId, run: 'r', owner: 'me' };
    const [a, b] = await claimAll(state, pipelineId, 'me');
    if (!a || !b) throw new Error('not claimed');
    await state.recordOutcomes(owner, [
      { ...copied(a), work: { durationMs: 70, retries: 0 } },
      { ...failed(b), work: { durationMs: 80, retries: 2 } },
    ]);
    const again = { pipelineId, run: 'r', owner: 'successor' };
    const [taken] = await claimAll(state, pipelineId, 'successor');
    if (!taken) throw new Error('not claimed');
    await state.recordOutcomes(again, [{ ...copied(taken), work: { durationMs: 90, retries: 1 } }]);
    // A worker dies, and a sweep cleans up.
    await state.claim({ pipelineId, run: 'r', batch: 2, owner: 'dead', leaseMs: 0, limit: 1 });
    await clearAbandoned(state, pipelineId);

    const rows = await state.manifest('r', undefined, 10);
    t.deepEqual(
      rows.map(({ path, status, batch, why, durationMs, retries, claims, claimsLost }) =>
        [path, status, batch, why, durationMs, retries, claims, claimsLost].join(' '),
      ),
      ['a copied 1 new 70 0 1 0', 'b copied 1 new 90 3 2 0', 'c planned 2 new  0 1 1', 'd planned 2 new  0 0 0'],
    );
    t.deepEqual(rows[0]?.published, { size: 10, digest: { segmentBytes: 4, segments: ['ab'] } });
    t.is(rows[2]?.published, undefined);
    t.deepEqual(
      (await state.manifest('r', 'b', 1)).map(({ path }) => path),
      ['c'],
    );
    t.deepEqual(await state.manifest('r', 'd', 1), []);
  });

  declare('what a later run published is no part of the manifest of an earlier one', async (t, state) => {
    for (const run of ['first', 'second']) {
      const pipelineId = await planRun(state, run, ['a']);
      const owner = { pipelineId, run, owner: run };
      const [claim] = await state.claim({ ...owner, batch: 1, leaseMs: LEASE_MS, limit: 1 });
      if (!claim) throw new Error('not claimed');
      await state.recordOutcomes(owner, [copied(claim)]);
    }
    t.is((await state.manifest('first', undefined, 1))[0]?.published, undefined);
    t.is((await state.manifest('second', undefined, 1))[0]?.published?.size, 10);
    t.is((await state.manifest('first', undefined, 1))[0]?.durationMs, undefined);
  });

  declare('totals of plans come oldest first, without those that were refused', async (t, state) => {
    const { id } = await state.pipeline('test');
    for (const [day, run] of ['one', 'two', 'refused', 'three'].entries()) {
      const ticket = await state.beginPlan(run, id, {});
      if (!ticket) throw new Error('no ticket');
      const totals = { listed: day, unchanged: 0, excluded: 0 };
      const folders = [
        { folder: '', files: day, bytes: 10 * day, largest: 5 },
        { folder: 'in', files: 1, bytes: 1, largest: 1 },
      ];
      if (run === 'refused') await state.refusePlan(ticket, totals, {});
      else await state.completePlan(ticket, [], totals, folders, { gates: [run] });
      await new Promise((resolve) => setTimeout(resolve, 2)); // times of creation are whole milliseconds
    }
    t.deepEqual(await state.planTotals(id, 2), [
      { run: 'two', files: 1, bytes: 10, largest: 5 },
      { run: 'three', files: 3, bytes: 30, largest: 5 },
    ]);
    t.deepEqual((await state.run('two'))?.details, { gates: ['two'] });
  });

  declare('how far a run is, and what each run wrote down of one file', async (t, state) => {
    const pipelineId = await planRun(state, 'r', ['a', 'b', 'c']);
    const long = 'x'.repeat(600);
    await planRun(state, 'later', [long, 'b']);
    const [a] = await claimAll(state, pipelineId, 'me', { limit: 2 });
    if (!a) throw new Error('not claimed');
    await state.recordOutcomes({ pipelineId, run: 'r', owner: 'me' }, [copied(a)]);
    const { counts, copiedBytes, held } = await state.runWork('r');
    t.like(counts, { copied: 1, planned: 2 });
    t.deepEqual([copiedBytes, held], [10, 1]);
    t.deepEqual((await state.runWork('later')).held, 0);
    const inRuns = async (path: string) =>
      (await state.fileInRuns(pipelineId, path, 10)).map(({ run, entry }) => `${run} ${entry?.status}`).sort();
    t.deepEqual(await inRuns('a'), ['later undefined', 'r copied']);
    t.deepEqual(await inRuns(long), ['later planned', 'r undefined']);
    t.deepEqual(await state.fileInRuns(pipelineId + 1, 'a', 10), []);
  });
}
