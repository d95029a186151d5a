import { SyncError } from '../../../src/base/errors.ts';
import type { OutcomeRow, State } from '../../../src/state/state.ts';
import { claimAll, copied, type DeclareCase, entry, planRun } from './arrange.ts';

const here = { source: 'file:///in', target: 'file:///out' };
const there = { source: 'file:///in', target: 'sftp://host:22/out' };

/** A ticket of an unfinished plan. */
async function ticketOf(state: State, run: string, pipeline = 'test') {
  const { id } = await state.pipeline(pipeline);
  const ticket = await state.beginPlan(run, id, {});
  if (!ticket) throw new Error('planned already');
  return ticket;
}

const wanted = (path: string, targetPath: string, sideFile = false) => ({ path, targetPath, sideFile });

export function targetPathCases(declare: DeclareCase): void {
  declare('a pipeline remembers its locations, and the faster of two processes wins', async (t, state) => {
    const known = await state.pipeline('test');
    t.like(known, { source: undefined, target: undefined });
    t.is(await state.findPipeline('none'), undefined);
    t.like(await state.recordLocations(known, here), here);
    t.like(await state.recordLocations(known, there), here);
    t.like(await state.findPipeline('test'), here);
    t.deepEqual(await state.pipelines(), [{ ...known, ...here }]);
    await state.takeOver('new', 'test');
    t.like(await state.pipeline('new'), { id: known.id, source: undefined, target: undefined });
  });

  declare('for a new target everything is new, and who worked on the old one has lost its claim', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'b']);
    const [a, b] = await claimAll(state, id, 'me');
    if (!a || !b) throw new Error('nothing claimed');
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    await state.recordOutcomes(owner, [copied(a)]);
    const held = await t.throwsAsync(state.forgetDelivered(await state.pipeline('test'), there), {
      instanceOf: SyncError,
    });
    t.is(held?.kind, 'transient');
    await state.release('me');
    await state.forgetDelivered(await state.pipeline('test'), there);
    t.like(await state.pipeline('test'), there);
    t.deepEqual(await state.files(id, { prefix: '', after: '', limit: 10 }), []);
    t.is(await state.countAbandoned(id, 10), 0);
    t.deepEqual([...(await state.recordOutcomes(owner, [copied(b)]))], ['b']);
    const again = [{ path: 'a', size: 10, mtimeMs: 1000, chain: '' }];
    t.deepEqual(await state.compare(id, again), [{ index: 0, reason: 'new' }]);
  });

  declare('a path of the target has the owner that came first, as long as its run may publish it', async (t, state) => {
    const first = await ticketOf(state, 'one');
    t.false(await state.hasTargetPaths(first.pipelineId));
    const long = 'x/'.repeat(2000);
    await state.takeTargetPaths(first, [
      wanted('a.gz', 'a'),
      wanted(`${long}b.gz`, `${long}b`),
      wanted('a.gz', 'a.bad', true),
    ]);
    t.true(await state.hasTargetPaths(first.pipelineId));
    const second = await ticketOf(state, 'two');
    await state.takeTargetPaths(second, [wanted('a.bz2', 'a'), wanted('c.gz', 'c'), wanted('z', `${long}b`)]);
    const owners = async () => {
      const rows = await state.targetPathOwners(first.pipelineId, ['a', 'a.bad', 'c', `${long}b`, 'none'], []);
      return Object.fromEntries(rows.map(({ targetPath, path }) => [targetPath.slice(-5), path.slice(-5)]));
    };
    t.deepEqual(await owners(), { a: 'a.gz', 'a.bad': 'a.gz', c: 'c.gz', 'x/x/b': '/b.gz' });
    await state.refusePlan(first, { listed: 0, unchanged: 0, excluded: 0 }, {});
    t.deepEqual(await owners(), { c: 'c.gz' });
    await state.takeTargetPaths(second, [wanted('a.bz2', 'a')]);
    await state.finishRun('two', 'partial', {});
    t.deepEqual(await owners(), {}, 'nothing was published');
  });

  declare('what was published keeps its path, renamed or not, when its run is over', async (t, state) => {
    const ticket = await ticketOf(state, 'r');
    const { pipelineId } = ticket;
    await state.takeTargetPaths(ticket, [wanted('a.gz', 'a'), wanted('a.gz', 'a.bad', true)]);
    await state.addEntries(ticket, [entry('a.gz', 1), entry('plain', 2)]);
    const batch = { number: 1, firstEntry: 1, lastEntry: 2, files: 2, bytes: 20 };
    await state.completePlan(ticket, [batch], { listed: 2, unchanged: 0, excluded: 0 });
    const known = async (runs: readonly string[] = []) =>
      (await state.targetPathOwners(pipelineId, ['a', 'a.bad', 'a.gz', 'plain'], runs))
        .map(({ targetPath }) => targetPath)
        .sort();
    t.deepEqual(await known(), ['a', 'a.bad']);
    t.deepEqual(await known(['r']), ['a', 'a.bad', 'a.gz', 'plain'], 'what an open run has planned');
    const rows = (await claimAll(state, pipelineId, 'me')).map((claim): OutcomeRow => {
      const row = copied(claim);
      if (claim.path !== 'a.gz' || !row.checkpoint) return row;
      return { ...row, checkpoint: { ...row.checkpoint, targetPath: 'a' } };
    });
    await state.recordOutcomes({ pipelineId, run: 'r', owner: 'me' }, rows);
    await state.finishRun('r', 'done', {});
    t.deepEqual(await known(), ['a', 'a.bad', 'plain']);
  });
}
