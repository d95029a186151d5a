/** What each of the newest runs did with one file, and why one left it out, as far as the state knows. */
import type { Selection } from '../../config/settings.ts';
import type { FileInRun } from '../../state/state.ts';
import type { StateContext } from '../context.ts';
import type { LeftOut } from '../result/result.ts';
import { markers } from './markers.ts';
import { selector } from './selection.ts';

const NEWEST_RUNS = 20;

/** The selection of a plan, kept with the run: excluded files have no row that would say why. */
export type RecordedSelection = Omit<Selection, 'minAgeMs' | 'stableMs'>;

export function recordedSelection({ prefix, include, exclude, marker, sinceMs }: Selection): RecordedSelection {
  return { prefix, include, exclude, marker, sinceMs };
}

/** Newest first. */
export async function decisionsOn({ state, settings }: StateContext, path: string): Promise<readonly LeftOut[]> {
  const { id } = await state.pipeline(settings.pipeline);
  const [runs, events] = await Promise.all([state.fileInRuns(id, path, NEWEST_RUNS), state.events(id, path)]);
  const isKnown = (await state.file(id, path)) !== undefined;
  const copiedMs = events.find(({ event }) => event === 'copied' || event === 'adopted')?.atMs;
  return runs.flatMap((run) => {
    const wasKnown = isKnown && (copiedMs === undefined || copiedMs < run.createdMs);
    const decision = decided(run, path, wasKnown);
    return decision ? { run: run.run, at: new Date(run.createdMs).toISOString(), ...decision } : [];
  });
}

const taken: ReadonlySet<string> = new Set(['planned', 'copied', 'adopted', 'unchanged', 'copy']);

/** Undefined where none of these runs left it out. */
export function lastLeftOut(decisions: readonly LeftOut[]): LeftOut | undefined {
  return decisions.find(({ decision }) => !taken.has(decision));
}

/** Undefined where the state cannot tell: a repair lists nothing, and older versions did not record their selection. */
function decided(
  { entry, details }: FileInRun,
  path: string,
  wasKnown: boolean,
): Pick<LeftOut, 'decision' | 'reason'> | undefined {
  if (entry) return { decision: entry.status, reason: entry.message || entry.reason };
  const selection = (details as { readonly selection?: RecordedSelection } | null)?.selection;
  if (!selection) return undefined;
  const excluded = excludedBy(selection, path);
  if (excluded) return excluded;
  if (wasKnown) {
    const reason = 'it was as it was last copied, or not listed any more: sync-task explain looks at the source';
    return { decision: 'unchanged', reason };
  }
  const older = selection.sinceMs === undefined ? '' : ', or it was older than --since';
  return { decision: 'not-listed', reason: `the source did not list it${older}` };
}

/** By its name alone. */
export function excludedBy(
  { prefix, include, exclude, marker }: RecordedSelection,
  path: string,
): Pick<LeftOut, 'decision' | 'reason'> | undefined {
  if (prefix !== '' && !path.startsWith(`${prefix}/`)) {
    return { decision: 'not-listed', reason: `it is not below --prefix ${prefix}` };
  }
  const isMarker = marker === undefined ? () => false : markers(marker, { stat: async () => undefined }).isMarker;
  const byName = { prefix, include, exclude, marker, minAgeMs: 0, stableMs: 0, sinceMs: undefined };
  const { decision, reason } = selector(byName, { nowMs: () => 0, isMarker })({
    path,
    kind: 'file',
    size: 0,
    mtimeMs: 0,
  });
  return decision === 'excluded' ? { decision, reason } : undefined;
}
