/** How far pipelines and runs are, for people. */
import type { BatchRecord, EntryCounts, RunRecord, State } from '../../state/state.ts';
import type { StateContext } from '../context.ts';

const NEWEST_RUNS = 20;

/** `running`: a worker holds files of it. `unfinished`: it was begun, and no worker does. */
export type RunState = RunRecord['status'] | 'running' | 'unfinished';

export interface RunOverview {
  readonly run: string;
  readonly state: RunState;
  readonly createdMs: number;
  /** From the beginning of the plan; undefined where no worker holds files of it. */
  readonly elapsedMs: number | undefined;
  readonly counts: EntryCounts;
  /** Found unchanged by the plan, or later by a worker. */
  readonly unchanged: number;
  readonly excluded: number;
  readonly copiedBytes: number;
}

export interface PipelineOverview {
  readonly pipeline: string;
  readonly source: string;
  readonly target: string;
  /** The newest one. */
  readonly run: RunOverview | undefined;
}

export async function runOverview(state: State, record: RunRecord): Promise<RunOverview> {
  const { id, createdMs, finishedMs, listing } = record;
  const { counts, copiedBytes, held } = await state.runWork(id);
  const became = stateOf(record, counts, held);
  const endMs = finishedMs ?? (became === 'running' || became === 'planning' ? Date.now() : undefined);
  return {
    run: id,
    state: became,
    createdMs,
    elapsedMs: endMs === undefined ? undefined : Math.max(0, endMs - createdMs),
    counts,
    unchanged: (listing?.unchanged ?? 0) + counts.unchanged,
    excluded: listing?.excluded ?? 0,
    copiedBytes,
  };
}

function stateOf({ status }: RunRecord, counts: EntryCounts, held: number): RunState {
  if (status !== 'planned') return status;
  if (held > 0) return 'running';
  return counts.copied + counts.adopted + counts.unchanged + counts.failed > 0 ? 'unfinished' : 'planned';
}

/** Newest first. */
export async function runOverviews({ state, settings }: StateContext): Promise<readonly RunOverview[]> {
  const { id } = await state.pipeline(settings.pipeline);
  const found: RunOverview[] = [];
  for (const record of await state.runs(id, NEWEST_RUNS)) found.push(await runOverview(state, record));
  return found;
}

export async function pipelineOverviews(state: State): Promise<readonly PipelineOverview[]> {
  const found: PipelineOverview[] = [];
  for (const { id, name, source = '', target = '' } of await state.pipelines()) {
    const [newest] = await state.runs(id, 1);
    found.push({ pipeline: name, source, target, run: newest && (await runOverview(state, newest)) });
  }
  return found;
}

export interface Followed extends RunOverview {
  readonly batches: readonly BatchRecord[];
}

/** The run of that name, or the newest one; undefined where there is none yet. */
export async function followedRun(
  { state, settings }: StateContext,
  run: string | undefined,
): Promise<Followed | undefined> {
  const { id } = await state.pipeline(settings.pipeline);
  const record = run === undefined ? (await state.runs(id, 1))[0] : await state.run(run);
  if (!record || record.pipeline !== settings.pipeline) return undefined;
  const [overview, batches] = await Promise.all([runOverview(state, record), state.batches(record.id)]);
  return { ...overview, batches };
}

export function hasEnded({ state }: Pick<RunOverview, 'state'>): boolean {
  return !['planning', 'planned', 'running', 'unfinished'].includes(state);
}
