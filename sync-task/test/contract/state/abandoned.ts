import type { AbandonedFile, State } from '../../../src/state/state.ts';
import { claimAll, copied, type DeclareCase, failed, LEASE_MS, planRun } from './arrange.ts';

const recover = (
  state: State,
  pipelineId: number,
  options: { owner?: string; leaseMs?: number; limit?: number; after?: string; which?: 'all' | 'ended' } = {},
) =>
  state.claimAbandoned({
    pipelineId,
    owner: 'sweeper',
    leaseMs: LEASE_MS,
    limit: 100,
    after: undefined,
    which: 'all',
    ...options,
  });

const pathsOf = (files: readonly AbandonedFile[]) => files.map(({ path }) => path);

export function abandonedCases(declare: DeclareCase): void {
  declare('what was abandoned is taken over with all that is known of it', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'done', 'open']);
    const [first, done] = await claimAll(state, id, 'me', { limit: 2 });
    if (!first || !done) throw new Error('nothing claimed');
    await state.saveIntents({ pipelineId: id, run: 'r', owner: 'me' }, [
      { path: 'a', token: first.token, intent: { draft: 'x' } },
    ]);
    await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, [copied(done)]);
    await state.release('me');
    const [second] = await claimAll(state, id, 'you', { limit: 1 });
    if (!second) throw new Error('nothing claimed');
    await state.release('you');
    const files = await recover(state, id);
    t.deepEqual(files, [
      {
        path: 'a',
        run: 'r',
        token: second.token + 1,
        abandoned: { run: 'r', token: second.token },
        abandonedBefore: [{ run: 'r', token: first.token }],
        planned: { path: 'a', size: 10, mtimeMs: 1000, chain: '', reason: 'new' },
        checkpoint: undefined,
        intent: { draft: 'x' },
      },
    ]);
    t.deepEqual(await recover(state, id, { owner: 'another' }), [], 'it is held now');
    t.deepEqual([...(await state.renew('sweeper', LEASE_MS)).keys()].sort(), ['a']);
    t.deepEqual(pathsOf((await claimAll(state, id, 'worker')) as never), ['open']);
  });

  declare(
    'what is abandoned comes in the order of paths, a page at a time, of its pipeline alone',
    async (t, state) => {
      const paths = ['d', 'b', 'a', 'e', 'c'];
      const id = await planRun(state, 'r', paths);
      const other = await planRun(state, 'r2', ['b2'], 1, 'other');
      await claimAll(state, id, 'me');
      await state.claim({ pipelineId: other, run: 'r2', batch: 1, owner: 'me', leaseMs: LEASE_MS, limit: 9 });
      t.deepEqual(await recover(state, id), []);
      await state.release('me');
      t.deepEqual(pathsOf(await recover(state, id, { limit: 2 })), ['a', 'b']);
      t.deepEqual(pathsOf(await recover(state, id, { after: 'c' })), ['d', 'e']);
      t.deepEqual(pathsOf(await recover(state, other)), ['b2']);
    },
  );

  declare('a claim that is cleared is clean; one that is released is abandoned still', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'b']);
    const claims = await claimAll(state, id, 'me');
    await state.saveIntents(
      { pipelineId: id, run: 'r', owner: 'me' },
      claims.map(({ path, token }) => ({ path, token, intent: 'begun' })),
    );
    await state.release('me');
    const [a, b] = await recover(state, id);
    if (!a || !b) throw new Error('nothing taken over');
    const sweeper = { pipelineId: id, owner: 'sweeper' };
    t.deepEqual(await state.clear({ ...sweeper, owner: 'another' }, [a]), new Set(['a']));
    t.deepEqual(await state.clear(sweeper, [{ path: 'a', token: a.token - 1 }]), new Set(['a']));
    t.deepEqual(await state.clear(sweeper, [a]), new Set());
    t.deepEqual(await state.clear(sweeper, [a]), new Set(), 'again, as after an answer that was lost');
    await state.release('another');
    t.deepEqual(await recover(state, id, { owner: 'another' }), [], 'it is not that one’s');
    await state.release('sweeper');
    await state.release('sweeper');
    const again = await claimAll(state, id, 'you');
    t.deepEqual(
      again.map(({ path, abandoned, abandonedBefore, intent }) => ({ path, abandoned, abandonedBefore, intent })),
      [
        { path: 'a', abandoned: undefined, abandonedBefore: [], intent: undefined },
        {
          path: 'b',
          abandoned: { run: 'r', token: b.token },
          abandonedBefore: [{ run: 'r', token: b.abandoned.token }],
          intent: 'begun',
        },
      ],
    );
    await state.release('sweeper');
    t.deepEqual(await recover(state, id), [], 'it is another’s now');
  });

  declare('what proves to be published is recorded for the run that planned it', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const [claim] = await claimAll(state, id, 'me');
    if (!claim) throw new Error('nothing claimed');
    await state.release('me');
    const [file] = await recover(state, id);
    if (!file) throw new Error('nothing taken over');
    const row = { ...copied(claim), token: file.token, reason: 'published-before' };
    const late = { pipelineId: id, run: file.run, owner: 'me' };
    t.deepEqual(await state.recordOutcomes(late, [copied(claim)]), new Set(['a']), 'its first worker is too late');
    t.deepEqual(await state.recordOutcomes({ ...late, owner: 'sweeper' }, [row]), new Set());
    t.like(await state.countEntries('r'), { planned: 0, copied: 1 });
    t.like((await state.manifest('r', undefined, 1))[0], { reason: 'published-before', claims: 1, claimsLost: 0 });
    t.deepEqual(await recover(state, id), []);
    t.like(await state.file(id, 'a'), { held: false, size: 10 });
  });

  declare('the claims of a file that nobody could look at are not forgotten for that', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const [claim] = await claimAll(state, id, 'me');
    await state.release('me');
    for (let time = 0; time < 30; time++) {
      const [file] = await recover(state, id, { owner: `sweeper ${time}` });
      if (!file) throw new Error('nothing taken over');
      await state.release(`sweeper ${time}`);
    }
    const [last] = await recover(state, id);
    t.deepEqual(last?.abandonedBefore, [{ run: 'r', token: claim?.token as number }]);
  });

  declare('only what ended is swept beside runs that may be gone on with', async (t, state) => {
    const id = await planRun(state, 'open', ['a']);
    await planRun(state, 'ended', ['b']);
    for (const run of ['open', 'ended'])
      await state.claim({ pipelineId: id, run, batch: 1, owner: 'me', leaseMs: LEASE_MS, limit: 9 });
    await state.release('me');
    await state.finishRun('ended', 'partial', {});
    t.deepEqual(pathsOf(await recover(state, id, { which: 'ended' })), ['b']);
    t.deepEqual(pathsOf(await recover(state, id)), ['a']);
  });

  declare('of two who sweep at once, each file has one', async (t, state, another) => {
    const paths = Array.from({ length: 200 }, (_, index) => `f${index}`);
    const id = await planRun(state, 'r', paths);
    await claimAll(state, id, 'me');
    await state.release('me');
    const states = [state, await another()];
    const taken = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        recover(states[index % 2] as State, id, { owner: `sweeper ${index}`, limit: 60 }),
      ),
    );
    const all = taken.flatMap(pathsOf);
    t.is(new Set(all).size, all.length);
    t.true(all.length >= 60);
  });

  declare('a file that failed counts as abandoned, whoever recorded it', async (t, state) => {
    const id = await planRun(state, 'r', ['a']);
    const [claim] = await claimAll(state, id, 'me');
    if (!claim) throw new Error('nothing claimed');
    await state.recordOutcomes({ pipelineId: id, run: 'r', owner: 'me' }, [failed(claim)]);
    t.deepEqual([...(await state.renew('me', LEASE_MS)).keys()].sort(), []);
    t.deepEqual(pathsOf(await recover(state, id)), ['a']);
    t.like(await state.countEntries('r'), { failed: 1 });
  });
}
