import type { Claim, State } from '../../../src/state/state.ts';
import { until } from '../../kit/folders.ts';
import { claimAll, clearAbandoned, copied, type DeclareCase, failed, LEASE_MS, planRun } from './arrange.ts';

export function claimCases(declare: DeclareCase): void {
  declare('many claimers at once never get the same file', async (t, state, another) => {
    const paths = Array.from({ length: 500 }, (_, index) => `f${index}`);
    const id = await planRun(state, 'r', paths);
    const states = [state, await another()];
    const taken: string[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        const mine = states[worker % 2] as State;
        // An empty answer may mean that others are claiming the last ones right now: ask once more.
        for (let empty = 0; empty < 3; ) {
          const claims = await claimAll(mine, id, `worker-${worker}`, { limit: 17 });
          taken.push(...claims.map(({ path }) => path));
          empty = claims.length === 0 ? empty + 1 : 0;
        }
      }),
    );
    t.is(taken.length, 500);
    t.is(new Set(taken).size, 500);
  });

  declare('what is claimed is not claimed again, and others can see until when', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'b']);
    t.is((await claimAll(state, id, 'me', { limit: 1 })).length, 1);
    t.deepEqual(
      (await claimAll(state, id, 'you')).map(({ path }) => path),
      ['b'],
    );
    t.deepEqual(await claimAll(state, id, 'me'), []);
    const held = await state.heldByOthers({ pipelineId: id, run: 'r', batch: 1, owner: 'me' });
    t.is(held?.files, 1);
    t.true((held?.firstEndsInMs ?? 0) > 0 && (held?.firstEndsInMs ?? 0) <= LEASE_MS);
  });

  declare('a lease that ended is taken over with a higher token; the zombie records nothing', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const [zombie] = await claimAll(state, id, 'zombie', { leaseMs: 1 });
    if (!zombie) throw new Error('nothing claimed');
    t.is(zombie.abandoned, undefined);
    let successor: Claim | undefined;
    await until(async () => {
      [successor] = await claimAll(state, id, 'successor');
      return successor !== undefined;
    });
    if (!successor) throw new Error('nothing claimed');
    t.true(successor.token > zombie.token);
    t.deepEqual(successor.abandoned, { run: 'r', token: zombie.token });
    const late = { pipelineId: id, run: 'r', owner: 'zombie' };
    t.deepEqual(await state.saveIntents(late, [{ path: 'a', token: zombie.token, intent: 1 }]), new Set(['a']));
    t.deepEqual(await state.recordOutcomes(late, [copied(zombie)]), new Set(['a']));
    t.like(await state.countEntries('r'), { planned: 1, copied: 0 });
    t.deepEqual(await state.recordOutcomes({ ...late, owner: 'successor' }, [copied(successor)]), new Set());
    t.like(await state.countEntries('r'), { planned: 0, copied: 1 });
  });

  declare('a renewed lease is kept', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    await claimAll(state, id, 'me', { leaseMs: 300 });
    await state.renew('me', LEASE_MS);
    await new Promise((resolve) => setTimeout(resolve, 400));
    t.deepEqual(await claimAll(state, id, 'you'), []);
  });

  declare('renewing tells what is still held', async (t, state) => {
    const id = await planRun(state, 'r', ['given back', 'settled', 'over', 'taken over'], 3);
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    const [back, settled] = await claimAll(state, id, 'me', { leaseMs: 1 });
    await claimAll(state, id, 'me', { leaseMs: 1, batch: 2 });
    if (!back || !settled) throw new Error('nothing claimed');
    await state.recordOutcomes(owner, [failed(back), copied(settled)]);
    await until(async () => (await claimAll(state, id, 'you', { batch: 2 })).length === 1);
    t.deepEqual(
      [...(await state.renew('me', LEASE_MS)).keys()].sort(),
      ['over'],
      'a lease that is over and that nobody took',
    );
    t.deepEqual(await claimAll(state, id, 'them', { limit: 3 }).then((claims) => claims.map(({ path }) => path)), [
      'given back',
    ]);
    t.deepEqual([...(await state.renew('you', LEASE_MS))], [['taken over', 2]]);
    t.deepEqual([...(await state.renew('nobody', LEASE_MS)).keys()].sort(), []);
  });

  declare('claims that died one after the other are all told, until the file is settled', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const claimAs = async (owner: string) => (await claimAll(state, id, owner))[0];
    const tokens: number[] = [];
    for (const owner of ['first', 'second', 'third']) {
      tokens.push((await claimAs(owner))?.token ?? 0);
      await state.release(owner);
    }
    const before = (claims: readonly { readonly token: number }[] | undefined) =>
      claims?.map(({ token }) => token).sort();
    t.is(await state.countAbandoned(id, 10), 1);
    const last = await claimAs('last');
    t.is(last?.abandoned?.token, tokens[2]);
    t.deepEqual(before(last?.abandonedBefore), tokens.slice(0, 2));
  });

  declare('a file that fails for ever is looked at again for its newest claims alone', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    for (let time = 0; time < 30; time++) {
      const owner = `owner ${time}`;
      const [claim] = await claimAll(state, id, owner);
      if (!claim) throw new Error('nothing claimed');
      t.true(claim.abandonedBefore.length < 20);
      await state.recordOutcomes({ pipelineId: id, run: 'r', owner }, [failed(claim)]);
    }
    t.is(await state.countAbandoned(id, 10), 1);
    const [last] = await claimAll(state, id, 'last');
    t.is(last?.abandoned?.token, 30);
    t.deepEqual(
      last?.abandonedBefore.map(({ token }) => token).sort((a, b) => a - b),
      Array.from({ length: 19 }, (_, index) => 11 + index),
    );
  });

  declare('claims go on behind an entry, and from the beginning find what came free meanwhile', async (t, state) => {
    const id = await planRun(state, 'r', ['d', 'c', 'b', 'a'], 2);
    const request = { pipelineId: id, run: 'r', batch: 2, owner: 'me', leaseMs: LEASE_MS, limit: 1 };
    const [third] = await state.claim({ ...request, after: 1 });
    t.like(third, { path: 'b', number: 3 }, 'of the batch, though the entry stands before it');
    const [fourth] = await state.claim({ ...request, after: third?.number });
    t.like(fourth, { path: 'a', number: 4 });
    await state.recordOutcomes({ ...request, owner: 'me' }, third ? [failed(third)] : []);
    t.deepEqual(await state.claim({ ...request, after: fourth?.number }), []);
    t.deepEqual(await state.claim(request), [], 'it failed here');
    t.deepEqual(await state.claim({ ...request, owner: 'you', after: 3 }), []);
    t.like(await state.claim({ ...request, owner: 'you' }), { length: 1, 0: { path: 'b' } });
  });

  declare('released claims count as abandoned until they are cleared', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'b']);
    const claims = await claimAll(state, id, 'me');
    t.is(await state.countAbandoned(id, 10), 0);
    await state.release('me');
    t.is(await state.countAbandoned(id, 10), 2);
    t.is(await state.countAbandoned(id, 1), 1, 'no more than asked for');
    const [again] = await claimAll(state, id, 'you', { limit: 1 });
    t.deepEqual(again?.abandoned, { run: 'r', token: claims[0]?.token });
    t.is(await state.countAbandoned(id, 10), 1);
    await clearAbandoned(state, id);
    t.is(await state.countAbandoned(id, 10), 0);
    t.is(
      (await state.heldByOthers({ pipelineId: id, run: 'r', batch: 1, owner: 'me' }))?.files,
      1,
      'the new claim is not cleared',
    );
  });

  declare('a claim takes files of its batch alone, in the order planned', async (t, state) => {
    const id = await planRun(state, 'r', ['e', 'd', 'c', 'b', 'a'], 2);
    const taken = async (batch: number) => (await claimAll(state, id, 'me', { batch })).map(({ path }) => path);
    t.deepEqual(await taken(2), ['c', 'b']);
    t.deepEqual(await taken(3), ['a']);
    t.deepEqual(await taken(4), []);
    t.deepEqual(await taken(1), ['e', 'd']);
    t.is(await state.heldByOthers({ pipelineId: id, run: 'r', batch: 1, owner: 'me' }), undefined);
    t.is((await state.heldByOthers({ pipelineId: id, run: 'r', batch: 2, owner: 'you' }))?.files, 2);
  });
}
