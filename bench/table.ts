/** Tables in Markdown, padded so that they are readable on a terminal, too. Pure. */
import type { CaseResult, ContestantResult } from './results.ts';
import { contestantOf, type Figure, figureOf, megabytes, oursOf, ratioTo, type Spread, verdictsOn } from './summary.ts';

const NOTHING = '–';

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** One case: everybody's figures, and how they compare with rclone's best. */
export function caseTable(result: CaseResult): string {
  const best = contestantOf(result, 'rclone-best');
  const usesState = result.contestants.some(usesPostgres);
  const head = ['contestant', 'wall s', '÷ best', 'client CPU s', '÷ best', 'server CPU s', '÷ best', 'peak RSS MB'];
  const rows = result.contestants.map((each) => {
    const why = whyWithout(each);
    if (why !== undefined) return [each.name, why];
    const ratio = (figure: Figure) => ratioText(ratioTo(best, each, figure));
    return [
      each.name,
      secondsText(figureOf(each, 'wallMs')),
      ratio('wallMs'),
      secondsText(figureOf(each, 'clientCpuMs')),
      ratio('clientCpuMs'),
      secondsText(figureOf(each, 'serverCpuMs')),
      ratio('serverCpuMs'),
      each.key === 'image' ? NOTHING : wholeText(megabytes(figureOf(each, 'peakRssBytes')?.most)),
      ...(usesState ? [usesPostgres(each) ? secondsText(figureOf(each, 'stateCpuMs')) : NOTHING] : []),
    ];
  });
  return markdownTable(usesState ? [...head, 'Postgres CPU s'] : head, rows);
}

/** One row a case: we, divided by rclone. */
export function summaryTable(results: readonly CaseResult[]): string {
  const rows = results.map((result) => {
    const ours = oursOf(result);
    const [best, standard] = [contestantOf(result, 'rclone-best'), contestantOf(result, 'rclone-default')];
    return [
      titleOf(result),
      wallRatioText(best, ours),
      wallRatioText(standard, ours),
      ratioText(ratioTo(best, ours, 'clientCpuMs')),
      ratioText(ratioTo(best, ours, 'serverCpuMs')),
      wholeText(megabytes(figureOf(ours, 'peakRssBytes')?.most)),
      best ? wholeText(megabytes(figureOf(best, 'peakRssBytes')?.most)) : NOTHING,
      goalText(result),
    ];
  });
  const head = ['work', 'wall ÷ rclone best', 'wall ÷ rclone default', 'client CPU ÷ best', 'server CPU ÷ best'];
  return markdownTable([...head, 'peak RSS MB', 'rclone’s', 'goals'], rows);
}

export function titleOf({ title, roundTripMs }: Pick<CaseResult, 'title' | 'roundTripMs'>): string {
  return roundTripMs === 0 ? title : `${title}, ${roundTripMs} ms round trip`;
}

function usesPostgres({ runs }: ContestantResult): boolean {
  return runs.some((run) => run.stateCpuMs > 0);
}

function goalText(result: CaseResult): string {
  const verdicts = verdictsOn(result);
  if (verdicts.length === 0) return NOTHING;
  const missed = verdicts.filter((verdict) => !verdict.met);
  return missed.length === 0 ? 'met' : `missed: ${missed.map((verdict) => verdict.what).join(', ')}`;
}

/** For a contestant that reached the limit, only an upper bound of the ratio is known: our time divided by the limit. */
function wallRatioText(rival: ContestantResult | undefined, ours: ContestantResult): string {
  if (rival?.slowerThanMs === undefined) return ratioText(ratioTo(rival, ours, 'wallMs'));
  const wall = figureOf(ours, 'wallMs');
  return wall ? `< ${numberText(wall.median / rival.slowerThanMs)}` : NOTHING;
}

function whyWithout({ runs, leftOut, slowerThanMs }: ContestantResult): string | undefined {
  if (slowerThanMs !== undefined) return `more than ${slowerThanMs / 60_000} min`;
  if (runs.length > 0) return undefined;
  return `left out: ${(leftOut ?? 'not run').split('\n')[0]}`;
}

/** Median (least–most). */
export function ratioText(spread: Spread | undefined): string {
  return spreadText(spread, numberText);
}

function secondsText(spread: Spread | undefined): string {
  return spreadText(spread, (ms) => numberText(ms / 1000));
}

function spreadText(spread: Spread | undefined, text: (value: number) => string): string {
  if (!spread) return NOTHING;
  const [median, least, most] = [text(spread.median), text(spread.least), text(spread.most)];
  return least === most ? median : `${median} (${least}–${most})`;
}

/** Two digits behind the point, three where the number is small. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return NOTHING;
  return value.toFixed(value < 0.1 ? 3 : value < 100 ? 2 : 0);
}

function wholeText(value: number | undefined): string {
  return value === undefined ? NOTHING : value.toFixed(0);
}
