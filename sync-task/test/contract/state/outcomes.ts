import { SyncError } from '../../../src/base/errors.ts';
import type { Claim } from '../../../src/state/state.ts';
import { checkpoint, claimAll, copied, type DeclareCase, failed, LEASE_MS, planRun, takeAbandoned } from './arrange.ts';

export function outcomeCases(declare: DeclareCase): void {
  declare('an intent comes back with the next claim, and ends with the outcome', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    const [claim] = await claimAll(state, id, 'me');
    if (!claim) throw new Error('nothing claimed');
    const intent = { draft: 'x', nested: { text: `it's` } };
    t.deepEqual(await state.saveIntents(owner, [{ path: 'a', token: claim.token, intent }]), new Set());
    await state.release('me');
    const [again] = await claimAll(state, id, 'you');
    if (!again) throw new Error('nothing claimed');
    t.deepEqual(again.intent, intent);
    await state.recordOutcomes({ ...owner, owner: 'you' }, [copied(again)]);
    await planRun(state, 'r2', ['a']);
    const [later] = await state.claim({
      pipelineId: id,
      run: 'r2',
      batch: 1,
      owner: 'me',
      leaseMs: LEASE_MS,
      limit: 1,
    });
    t.is(later?.intent, undefined);
    t.is(later?.abandoned, undefined);
    t.deepEqual(later?.checkpoint, checkpoint(claim));
    t.deepEqual(
      (await state.events(id, 'a')).map(({ run, event, token }) => [run, event, token]),
      [
        ['r', 'claimed', 1],
        ['r', 'intent', 1],
        ['r', 'claimed', 2],
        ['r', 'copied', 2],
        ['r2', 'claimed', 3],
      ],
    );
  });

  declare('a batch is failed where all its files did, and partial where some did', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'b', 'c', 'd', 'e', 'f'], 2);
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    const claims = [1, 2, 3].flatMap(async (batch) => await claimAll(state, id, 'me', { batch }));
    const [a, b, c, d, e, f] = (await Promise.all(claims)).flat();
    if (!a || !b || !c || !d || !e || !f) throw new Error('nothing claimed');
    await state.recordOutcomes(owner, [failed(a), failed(b), failed(c), copied(d), copied(e), copied(f)]);
    t.deepEqual(
      (await state.batches('r')).map(({ status }) => status),
      ['failed', 'partial', 'done'],
    );
  });

  declare('what failed with nothing left is no longer anybody’s, and without intent', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'b']);
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    const [a, b] = await claimAll(state, id, 'me');
    if (!a || !b) throw new Error('nothing claimed');
    await state.saveIntents(owner, [{ path: 'a', token: a.token, intent: { stage: 'discarding' } }]);
    await state.recordOutcomes(owner, [{ ...failed(a), clean: true }, failed(b)]);
    t.deepEqual(
      (await takeAbandoned(state, id)).map(({ path }) => path),
      ['b'],
    );
    const [again] = await claimAll(state, id, 'you');
    t.like(again, { path: 'a', abandoned: undefined, intent: undefined });
  });

  declare('an outcome of another version than was planned leaves the plan as it is', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    const [a] = await claimAll(state, id, 'me');
    if (!a) throw new Error('nothing claimed');
    const row = copied(a);
    if (!row.checkpoint) throw new Error('no checkpoint');
    await state.recordOutcomes(owner, [{ ...row, checkpoint: { ...row.checkpoint, mtimeMs: a.mtimeMs - 1 } }]);
    t.like(await state.countEntries('r'), { copied: 0, planned: 1 });
    t.is((await state.file(id, 'a'))?.mtimeMs, a.mtimeMs - 1);
  });

  declare('what failed is taken by the next worker, not again by the same one', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'b', 'c'], 2);
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    const claims = await claimAll(state, id, 'me');
    const [first, second] = claims;
    if (!first || !second) throw new Error('nothing claimed');
    await state.recordOutcomes(owner, [failed(first), copied(second)]);
    t.deepEqual(await claimAll(state, id, 'me'), []);
    t.deepEqual(
      (await state.batches('r')).map(({ status }) => status),
      ['partial', 'planned'],
    );
    t.like(await state.countEntries('r'), { failed: 1, copied: 1, planned: 1 });
    t.like(await state.countEntries('r', 1), { failed: 1, copied: 1, planned: 0 });
    t.like((await state.entries('r', { statuses: ['failed'], limit: 10 }))[0], {
      path: 'a',
      kind: 'transient',
      reason: 'lost',
      message: 'it was lost',
      batch: 1,
    });
    const [again] = await claimAll(state, id, 'you');
    t.is(again?.path, 'a');
    t.is(again?.checkpoint, undefined);
    await state.recordOutcomes({ ...owner, owner: 'you' }, [copied(again as Claim)]);
    t.deepEqual(
      (await state.batches('r')).map(({ status }) => status),
      ['done', 'planned'],
    );
    t.is((await state.entries('r', { statuses: ['copied', 'planned'], batch: 1, limit: 1 })).length, 1);
  });

  declare(
    'pruning forgets old runs and events, never what was copied, and nothing of other pipelines',
    async (t, state) => {
      const id = await planRun(state, 'r', ['a', 'b']);
      const owner = { pipelineId: id, run: 'r', owner: 'me' };
      await state.recordOutcomes(owner, (await claimAll(state, id, 'me')).map(copied));
      await state.finishRun('r', 'done', {});
      const other = await state.pipeline('other');
      await state.beginPlan('others', other.id, {});
      t.deepEqual(await state.prune(id, 3_600_000), { runs: 0, events: 0 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      t.deepEqual(await state.prune(id, 1), { runs: 1, events: 4 });
      t.is(await state.run('r'), undefined);
      t.deepEqual(await state.events(id, 'a'), []);
      t.like(await state.run('others'), { pipeline: 'other' });
      const known = { size: 10, mtimeMs: 1000, chain: '' };
      t.deepEqual(await state.compare(id, [{ ...known, path: 'a' }]), []);
    },
  );

  declare('pruning leaves a run that somebody works on', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const [claim] = await claimAll(state, id, 'me');
    if (!claim) throw new Error('nothing claimed');
    await new Promise((resolve) => setTimeout(resolve, 20));
    t.is((await state.prune(id, 1)).runs, 0);
    t.deepEqual(await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, [copied(claim)]), new Set());
    t.is((await state.prune(id, 1)).runs, 1);
  });

  declare('a pipeline is taken over with its files, by a name that has no history', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    await state.recordOutcomes(owner, (await claimAll(state, id, 'me')).map(copied));
    await state.pipeline('new');
    await state.takeOver('new', 'test');
    t.is((await state.pipeline('new')).id, id);
    t.is((await state.run('r'))?.pipeline, 'new');
    t.deepEqual(await state.compare(id, [{ path: 'a', size: 10, mtimeMs: 1000, chain: '' }]), []);
    const unknown = await t.throwsAsync(state.takeOver('newer', 'test'), { instanceOf: SyncError });
    t.like(unknown, { kind: 'usage', reason: 'no-such-pipeline' });
    await planRun(state, 'r2', ['a']);
    const used = await t.throwsAsync(state.takeOver('new', 'test'), { instanceOf: SyncError });
    t.like(used, { kind: 'usage', reason: 'pipeline-in-use' });
  });
}
