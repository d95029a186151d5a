/** The contract of `state.ts`, run against every backend. */
import type { ExecutionContext } from 'ava';
import { SyncError } from '../../src/errors.ts';
import type { BatchRange } from '../../src/model.ts';
import type { Checkpoint, Claim, NewEntry, OutcomeRow, State } from '../../src/state/state.ts';
import { until } from '../kit/job.ts';

/** `test` of ava, or `test.serial`. */
export type DeclareTest = (title: string, run: (t: ExecutionContext) => Promise<void>) => void;

const LEASE_MS = 60_000;
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

function entry(path: string, number: number | undefined, size = 10): NewEntry {
  const planned = number === undefined ? 'skipped' : 'planned';
  return {
    path,
    number,
    size,
    mtimeMs: 1000,
    chain: '',
    status: planned,
    reason: number === undefined ? 'is a link' : 'new',
  };
}

/** A run with these paths, planned in batches of `size`. */
async function planRun(state: State, run: string, paths: readonly string[], size = paths.length): Promise<number> {
  const { id } = await state.pipeline('test');
  const ticket = await state.beginPlan(run, id, { made: 'for a test' });
  if (!ticket) throw new Error('planned already');
  await state.addEntries(
    ticket,
    paths.map((path, index) => entry(path, index + 1)),
  );
  const batches: BatchRange[] = [];
  for (let first = 1; first <= paths.length; first += size) {
    const last = Math.min(first + size - 1, paths.length);
    batches.push({
      number: batches.length + 1,
      firstEntry: first,
      lastEntry: last,
      files: last - first + 1,
      bytes: 10 * (last - first + 1),
    });
  }
  await state.completePlan(ticket, batches, { listed: paths.length, unchanged: 0, excluded: 0 });
  return id;
}

function checkpoint(claim: Claim): Checkpoint {
  const digest = { segmentBytes: 4, segments: ['ab'] };
  return { size: claim.size, mtimeMs: claim.mtimeMs, chain: claim.chain, targetSize: claim.size, digest };
}

function copied(claim: Claim): OutcomeRow {
  const { path, token } = claim;
  return { path, token, outcome: 'copied', kind: undefined, reason: 'new', message: '', checkpoint: checkpoint(claim) };
}

function failed(claim: Claim): OutcomeRow {
  const { path, token } = claim;
  return {
    path,
    token,
    outcome: 'failed',
    kind: 'transient',
    reason: 'lost',
    message: 'it was lost',
    checkpoint: undefined,
  };
}

const claimAll = (
  state: State,
  pipelineId: number,
  owner: string,
  options: { batch?: number; leaseMs?: number; limit?: number } = {},
) => state.claim({ pipelineId, run: 'r', batch: 1, leaseMs: LEASE_MS, limit: 1000, ...options, owner });

/** `open` opens another instance on the same database where the backend can (`several`), else the same one. */
export function stateContract(
  test: DeclareTest,
  name: string,
  open: (t: ExecutionContext) => Promise<{ readonly state: State; another(): Promise<State> }>,
): void {
  const declare = (
    title: string,
    run: (t: ExecutionContext, state: State, another: () => Promise<State>) => Promise<void>,
  ) =>
    test(`${name}: ${title}`, async (t) => {
      const { state, another } = await open(t);
      await run(t, state, another);
    });

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

  declare('a comparison says what is new or changed, and nothing of the rest', async (t, state) => {
    const id = await planRun(state, 'r', ['same', 'longer', 'later', 'ruled', 'claimed-only']);
    const claims = await claimAll(state, id, 'me');
    const owner = { pipelineId: id, run: 'r', owner: 'me' };
    await state.recordOutcomes(owner, claims.filter(({ path }) => path !== 'claimed-only').map(copied));
    const known = { size: 10, mtimeMs: 1000, chain: '' };
    const candidates = [
      { ...known, path: 'same' },
      { ...known, path: 'longer', size: 2 ** 53 - 1 },
      { ...known, path: 'later', mtimeMs: 2000 },
      { ...known, path: 'ruled', chain: 'abc', size: 11 },
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

  declare('many claimers at once never get the same file', async (t, state, another) => {
    const paths = Array.from({ length: 500 }, (_, index) => `f${index}`);
    const id = await planRun(state, 'r', paths);
    const states = [state, await another()];
    const taken: string[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        const mine = states[worker % 2] as State;
        // With SKIP LOCKED an empty answer may mean that others are taking right now: ask once more.
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

  declare('released claims count as abandoned until they are cleared', async (t, state) => {
    const id = await planRun(state, 'r', ['a', 'b']);
    const claims = await claimAll(state, id, 'me');
    t.deepEqual(await state.abandoned(id, 10), []);
    await state.release('me');
    const abandoned = await state.abandoned(id, 10);
    t.deepEqual(abandoned.map(({ path }) => path).sort(), ['a', 'b']);
    const [again] = await claimAll(state, id, 'you', { limit: 1 });
    t.deepEqual(again?.abandoned, { run: 'r', token: claims[0]?.token });
    await state.clearAbandoned(id, abandoned);
    t.deepEqual(await state.abandoned(id, 10), []);
    t.is(
      (await state.heldByOthers({ pipelineId: id, run: 'r', batch: 1, owner: 'me' }))?.files,
      1,
      'the new claim is not cleared',
    );
  });

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

  declare('a run is finished with a status', async (t, state) => {
    await planRun(state, 'r', []);
    await state.finishRun('r', 'partial', { missing: 1 });
    t.like(await state.run('r'), { status: 'partial', details: { missing: 1 } });
    t.is(typeof (await state.run('r'))?.finishedMs, 'number');
  });
}
