/** Computes figures from measurements. Pure. */
import type { Measurement } from './measure.ts';
import type { CaseResult, ContestantResult } from './results.ts';

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export type Figure = 'wallMs' | 'clientCpuMs' | 'serverCpuMs' | 'stateCpuMs' | 'peakRssBytes';

/** Undefined for an empty list. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return undefined;
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
  return { median, least, most };
}

export function figureOf(contestant: ContestantResult, figure: Figure): Spread | undefined {
  return spreadOf(contestant.runs.map((run) => run[figure]));
}

/** Ratios to the base's figure, round by round, so that influences on a whole round cancel out. */
export function ratioTo(
  base: ContestantResult | undefined,
  contestant: ContestantResult,
  figure: Figure,
): Spread | undefined {
  const ratios: number[] = [];
  for (const [round, run] of contestant.runs.entries()) {
    const other: Measurement | undefined = base?.runs[round];
    if (other && other[figure] > 0) ratios.push(run[figure] / other[figure]);
  }
  return spreadOf(ratios);
}

export function contestantOf(result: CaseResult, key: ContestantResult['key']): ContestantResult | undefined {
  return result.contestants.find((each) => each.key === key);
}

/** The one that the case is about: ours. */
export function oursOf(result: CaseResult): ContestantResult {
  const [ours] = result.contestants;
  if (!ours) throw new Error(`the case ${result.name} has no contestants`);
  return ours;
}

export interface Verdict {
  readonly what: string;
  readonly goal: number;
  readonly measured: number;
  readonly unit: '' | 'MB' | 'ms';
  readonly met: boolean;
}

/** The goal, and whether it was reached. A goal without a figure to compare with is not met. */
export function verdictsOn(result: CaseResult): readonly Verdict[] {
  const { goal } = result;
  const ours = oursOf(result);
  const best = contestantOf(result, 'rclone-best');
  const verdicts: Verdict[] = [];
  function judge(what: string, wanted: number | undefined, measured: number | undefined, unit: Verdict['unit']): void {
    if (wanted === undefined) return;
    const value = measured ?? Number.NaN;
    verdicts.push({ what, goal: wanted, measured: value, unit, met: value <= wanted });
  }
  judge('wall ÷ rclone best', goal.wallRatio, ratioTo(best, ours, 'wallMs')?.median, '');
  judge('client CPU ÷ rclone best', goal.clientCpuRatio, ratioTo(best, ours, 'clientCpuMs')?.median, '');
  judge('peak RSS', goal.peakRssMb, megabytes(figureOf(ours, 'peakRssBytes')?.most), 'MB');
  judge('wall', goal.wallMs, figureOf(ours, 'wallMs')?.median, 'ms');
  return verdicts;
}

export interface Loss {
  readonly result: CaseResult;
  readonly rival: ContestantResult;
  readonly figure: Figure;
  /** Our figure divided by the rival's, more than 1. */
  readonly ratio: number;
}

/** Every figure in which sync-task is not the best, with the best contestant; the worst first. */
export function lossesIn(results: readonly CaseResult[]): readonly Loss[] {
  return results
    .flatMap((result) => losingFigures.map((figure) => lossIn(result, figure)))
    .filter((loss) => loss !== undefined)
    .sort((a, b) => b.ratio - a.ratio);
}

const losingFigures = ['wallMs', 'clientCpuMs', 'serverCpuMs', 'peakRssBytes'] as const;

function lossIn(result: CaseResult, figure: Figure): Loss | undefined {
  const ours = oursOf(result);
  let worst: Loss | undefined;
  for (const rival of result.contestants) {
    if (isOurs(rival)) continue;
    const ratio = ratioTo(rival, ours, figure)?.median ?? 0;
    if (ratio > (worst?.ratio ?? 1)) worst = { result, rival, figure, ratio };
  }
  return worst;
}

export function isOurs({ key }: Pick<ContestantResult, 'key'>): boolean {
  return key.startsWith('sync-task') || key.startsWith('batches-') || key === 'image';
}

/** Of 1,000,000 bytes. */
export function megabytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1e6;
}
