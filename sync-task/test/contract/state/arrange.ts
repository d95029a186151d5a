/** Plans, claims and outcomes for the tests. */
import type { ExecutionContext } from 'ava';
import type { BatchRange } from '../../../src/base/model.ts';
import type { AbandonedRequest, Checkpoint, Claim, NewEntry, OutcomeRow, State } from '../../../src/state/state.ts';

/** `another` opens a second instance on the same database, where the backend can. */
export type DeclareCase = (
  title: string,
  run: (t: ExecutionContext, state: State, another: () => Promise<State>) => Promise<void>,
) => void;

export const LEASE_MS = 60_000;

export function entry(path: string, number: number | undefined, size = 10): NewEntry {
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

/** A run with these paths, planned in batches of `size`. Returns the pipeline's id. */
export async function planRun(
  state: State,
  run: string,
  paths: readonly string[],
  size = paths.length,
  pipeline = 'test',
): Promise<number> {
  const { id } = await state.pipeline(pipeline);
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

export function checkpoint(claim: Claim): Checkpoint {
  const digest = { segmentBytes: 4, segments: ['ab'] };
  return { size: claim.size, mtimeMs: claim.mtimeMs, chain: claim.chain, targetSize: claim.size, digest };
}

export function copied(claim: Claim): OutcomeRow {
  const { path, token } = claim;
  return { path, token, outcome: 'copied', kind: undefined, reason: 'new', message: '', checkpoint: checkpoint(claim) };
}

export function failed(claim: Claim): OutcomeRow {
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

/** Claims everything abandoned of the whole pipeline. */
export const takeAbandoned = (
  state: State,
  pipelineId: number,
  owner = 'sweeper',
  options: Partial<AbandonedRequest> = {},
) =>
  state.claimAbandoned({
    pipelineId,
    leaseMs: LEASE_MS,
    limit: 100,
    after: undefined,
    which: 'all',
    ...options,
    owner,
  });

/** Clears everything abandoned. */
export async function clearAbandoned(state: State, pipelineId: number): Promise<void> {
  await state.clear({ pipelineId, owner: 'sweeper' }, await takeAbandoned(state, pipelineId));
}

export const claimAll = (
  state: State,
  pipelineId: number,
  owner: string,
  options: { batch?: number; leaseMs?: number; limit?: number } = {},
) => state.claim({ pipelineId, run: 'r', batch: 1, leaseMs: LEASE_MS, limit: 1000, ...options, owner });
