import type { Claim, KeyHolder, State } from '../../../src/state/state.ts';
import { claimAll, clearAbandoned, copied, type DeclareCase, failed, planRun } from './arrange.ts';

const none: ReadonlySet<number> = new Set();

/** Claimed files, and a holder for each. */
async function holders(state: State, paths: readonly string[], run = 'r') {
  const id = await planRun(state, run, paths);
  const claims = await state.claim({ pipelineId: id, run, batch: 1, owner: 'me', leaseMs: 60_000, limit: 100 });
  const made: { claim: Claim; holder: KeyHolder }[] = [];
  for (const claim of claims) made.push({ claim, holder: await begin(state, id, claim) });
  return { id, owner: { pipelineId: id, run, owner: 'me' }, made };
}

async function begin(state: State, pipelineId: number, { path, token }: Claim): Promise<KeyHolder> {
  const holder = await state.beginKeys({ pipelineId, path, token });
  if (!holder) throw new Error('not ours');
  return holder;
}

type Held = { readonly claim: Claim; readonly holder: KeyHolder };

async function publish(
  state: State,
  owner: { pipelineId: number; run: string; owner: string },
  { claim, holder }: Held,
) {
  await state.recordOutcomes(owner, [{ ...copied(claim), keys: holder.id }]);
}

export function keyCases(declare: DeclareCase): void {
  declare(
    'a key is its file’s once that is published, and other files’ when a new version lacks it',
    async (t, state) => {
      const { id, owner, made } = await holders(state, ['a', 'b']);
      const [a, b] = made as [Held, Held];
      t.deepEqual(await state.takeKeys(a.holder, ['1', '2']), { others: new Set(), waitFor: new Set(), lost: false });
      t.deepEqual(await state.completeKeys(a.holder, none), { status: 'complete' });
      await publish(state, owner, a);
      t.deepEqual(await state.takeKeys(b.holder, ['2', '3']), {
        others: new Set(['2']),
        waitFor: new Set(),
        lost: false,
      });
      t.deepEqual(await state.completeKeys(b.holder, none), { status: 'complete' });
      await publish(state, owner, b);

      const again = await holders(state, ['a', 'c'], 'r2');
      const [a2, c] = again.made as [Held, Held];
      t.is((await state.takeKeys(a2.holder, ['2', '3'])).others.size, 1, 'its own are not in the way');
      t.deepEqual((await state.takeKeys(c.holder, ['1'])).others, new Set(['1']), 'the old version stands');
      await state.completeKeys(a2.holder, none);
      await publish(state, again.owner, a2);
      t.is(await state.sweepKeys(id), 2);
      t.is((await state.takeKeys(c.holder, ['1', '2'])).others.size, 1);
    },
  );

  declare('the one that began first has the key; the other one waits for it, or begins again', async (t, state) => {
    const { id, owner, made } = await holders(state, ['a', 'b', 'c']);
    const [a, b, c] = made as [Held, Held, Held];
    await state.takeKeys(b.holder, ['1', '2']);
    const taken = await state.takeKeys(c.holder, ['2', '3']);
    t.deepEqual(taken, { others: new Set(['2']), waitFor: new Set([b.holder.id]), lost: false });
    t.deepEqual(await state.completeKeys(c.holder, taken.waitFor), { status: 'wait', path: 'b' });

    t.is((await state.takeKeys(a.holder, ['1'])).others.size, 0, 'older than b');
    t.true((await state.takeKeys(b.holder, ['9'])).lost);
    t.deepEqual(await state.completeKeys(b.holder, none), { status: 'wait', path: 'a' });
    t.deepEqual(await state.completeKeys(c.holder, taken.waitFor), { status: 'again' });
    t.deepEqual(await state.completeKeys(a.holder, none), { status: 'complete' });
    t.deepEqual(await state.completeKeys(a.holder, none), { status: 'complete' }, 'asked twice');
    t.deepEqual(await state.completeKeys(b.holder, none), { status: 'again' });

    const b2 = await begin(state, id, b.claim);
    t.is(b2.age, b.holder.age);
    const waits = await state.takeKeys(b2, ['1', '2']);
    t.deepEqual(waits, { others: new Set(['1']), waitFor: new Set([a.holder.id]), lost: false });
    t.deepEqual(await state.completeKeys(b2, waits.waitFor), { status: 'wait', path: 'a' }, 'complete, not published');
    await publish(state, owner, a);
    t.deepEqual(await state.completeKeys(b2, waits.waitFor), { status: 'complete' });
  });

  declare('a file that failed has no keys, nor has one whose worker is gone', async (t, state, another) => {
    const { id, owner, made } = await holders(state, ['a', 'b', 'c']);
    const [a, b, c] = made as [Held, Held, Held];
    await state.takeKeys(a.holder, ['1']);
    const waits = await state.takeKeys(b.holder, ['1']);
    t.is(waits.waitFor.size, 1);
    await state.recordOutcomes(owner, [failed(a.claim)]);
    t.deepEqual(await state.completeKeys(b.holder, waits.waitFor), { status: 'again' });
    const b2 = await begin(state, id, b.claim);
    t.is((await state.takeKeys(b2, ['1'])).others.size, 0);
    await state.release('me');
    t.is((await state.takeKeys(c.holder, ['1'])).others.size, 0);

    const other = await another();
    const [again] = await claimAll(other, id, 'you', { limit: 1 });
    t.is(again?.path, 'a');
    const a2 = await begin(other, id, again as Claim);
    t.is(await state.beginKeys({ pipelineId: id, path: 'a', token: a.claim.token }), undefined, 'an older token');
    t.true((await state.takeKeys(a.holder, ['2'])).lost, 'a zombie');
    t.is((await other.takeKeys(a2, ['1', '2'])).others.size, 0);
  });

  declare('what was complete when its worker died is taken until the claim is cleaned up', async (t, state) => {
    const { id, made } = await holders(state, ['a', 'b']);
    const [a, b] = made as [Held, Held];
    await state.takeKeys(a.holder, ['1']);
    await state.completeKeys(a.holder, none);
    await state.release('me');
    const waits = await state.takeKeys(b.holder, ['1']);
    t.deepEqual(waits.others, new Set(['1']), 'it may stand at the target already');
    t.deepEqual(await state.completeKeys(b.holder, waits.waitFor), { status: 'again' });
    await clearAbandoned(state, id);
    t.true((await state.takeKeys(b.holder, ['1'])).lost, 'cleaned up too');
    t.is(await state.sweepKeys(id), 1);
    const later = await holders(state, ['c'], 'r2');
    t.is((await state.takeKeys((later.made[0] as Held).holder, ['1'])).others.size, 0);
  });

  declare('of two that take the same keys at once, each key has one', async (t, state, another) => {
    const { made } = await holders(state, ['a', 'b']);
    const [a, b] = made as [Held, Held];
    const keys = Array.from({ length: 500 }, (_, index) => String(index));
    const other = await another();
    const [forA, forB] = await Promise.all([
      state.takeKeys(a.holder, keys),
      other.takeKeys(b.holder, [...keys].reverse()),
    ]);
    t.is(forA.others.size, 0, 'the first one loses nothing');
    t.true(forB.others.size === 500 || (await other.takeKeys(b.holder, ['x'])).lost);
  });
}
