import type { Claim } from '../../../src/state/state.ts';
import { checkpoint, claimAll, copied, type DeclareCase, failed, LEASE_MS, planRun } from './arrange.ts';

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
      ['failed', 'planned'],
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
}
