/** What is stored in `bench/results/plan.json`. */
import { markdownTable } from './table.ts';

export interface PlanMeasurement {
  readonly wallMs: number;
  readonly peakRssBytes: number;
}

export interface PlanResult {
  readonly files: number;
  /** ISO 8601, UTC. */
  readonly measuredAt: string;
  readonly states: readonly { readonly name: string; readonly new: PlanMeasurement; readonly known: PlanMeasurement }[];
}

/** The section of `docs/performance.md`. */
export function planText({ files, measuredAt, states }: PlanResult): string {
  const shown = ({ wallMs, peakRssBytes }: PlanMeasurement) =>
    `${(wallMs / 1000).toFixed(1)} s, ${(peakRssBytes / 1e6).toFixed(0)} MB`;
  const rows = states.map((state) => [state.name, shown(state.new), shown(state.known)]);
  return [
    `\`npm run bench:plan\`, ${measuredAt.slice(0, 10)}: the command \`plan\` on ${files.toLocaleString('en')} files of a listing that is made up as it is read (500 in a`,
    'folder), wall time of the plan and peak memory of its process. The goal is 60 s and 250 MB.',
    '',
    markdownTable(['state', 'all files new: written down and cut into batches', 'all files known: compared'], rows),
  ].join('\n');
}
