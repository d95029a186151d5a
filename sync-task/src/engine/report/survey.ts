/** One pass over a run's files, however many there are: sums, and the few that a reader wants to see by name. */
import type { EntryStatus } from '../../base/model.ts';
import type { State } from '../../state/state.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import { type ManifestLine, manifestLine } from './manifest.ts';
import { topList } from './top-list.ts';

/** Files of each kind that are named; the manifest has all. */
export const MOST_NAMED = 100;
const MOST_RANKED = 10;
const PAGE = 1000;

export interface Survey {
  readonly outcomes: Readonly<Record<EntryStatus, Sum>>;
  /** Of what this run left at the target. */
  readonly publishedBytes: number;
  /** Time spent on files, summed up over files in transfer side by side. */
  readonly workMs: number;
  /** Within claims. */
  readonly retries: number;
  /** Beyond the first of each file, in whatever claim: the sum of the tries that files are listed with, less one each. */
  readonly triesAgain: number;
  readonly claimsLost: number;
  readonly biggest: readonly ManifestLine[];
  readonly slowest: readonly ManifestLine[];
  readonly failed: Named;
  readonly refused: Named;
  readonly deferred: Named;
  readonly planned: Named;
  readonly quarantine: Named & { readonly rows: number };
}

export interface Sum {
  readonly files: number;
  readonly bytes: number;
}

/** The first ones, and how many there are. */
export interface Named {
  readonly files: number;
  readonly lines: readonly ManifestLine[];
}

type Open<T> = { -readonly [K in keyof T]: T[K] };

/** `write` gets every line, in the order of paths, some at a time. */
export async function surveyRun(
  state: State,
  chain: Chain,
  run: string,
  write: (lines: readonly ManifestLine[]) => Promise<void> = async () => undefined,
): Promise<Survey> {
  const sum = (): Open<Sum> => ({ files: 0, bytes: 0 });
  const outcomes = {
    planned: sum(),
    copied: sum(),
    adopted: sum(),
    unchanged: sum(),
    deferred: sum(),
    refused: sum(),
    failed: sum(),
    skipped: sum(),
  };
  const total = { publishedBytes: 0, workMs: 0, retries: 0, triesAgain: 0, claimsLost: 0 };
  const biggest = topList<ManifestLine>(MOST_RANKED, ({ size }) => size);
  const slowest = topList<ManifestLine>(MOST_RANKED, ({ durationMs }) => durationMs ?? 0);
  const named = { failed: names(), refused: names(), deferred: names(), planned: names() };
  const quarantine = { ...names(), rows: 0 };

  function look(line: ManifestLine): void {
    const { status, size, target } = line;
    outcomes[status].files++;
    outcomes[status].bytes += size;
    total.workMs += line.durationMs ?? 0;
    total.claimsLost += line.claimsLost;
    total.triesAgain += Math.max(0, line.attempts - 1);
    if (status === 'copied') {
      total.publishedBytes += target?.size ?? 0;
      biggest.add(line);
    }
    if (line.durationMs !== undefined) slowest.add(line);
    if (status === 'failed' || status === 'refused' || status === 'deferred' || status === 'planned') {
      name(named[status], line);
    }
    if (line.quarantine) {
      name(quarantine, line);
      quarantine.rows += line.quarantine.rows;
    }
  }

  for (let after: string | undefined; ; ) {
    const page = await state.manifest(run, after, PAGE);
    const lines = page.map((row) => manifestLine(row, chain));
    for (const line of lines) look(line);
    for (const { retries } of page) total.retries += retries;
    await write(lines);
    after = page.at(-1)?.path;
    if (after === undefined || page.length < PAGE) break;
  }
  return { outcomes, ...total, biggest: biggest.items, slowest: slowest.items, ...named, quarantine };
}

function names(): { files: number; lines: ManifestLine[] } {
  return { files: 0, lines: [] };
}

function name(list: { files: number; lines: ManifestLine[] }, line: ManifestLine): void {
  list.files++;
  if (list.lines.length < MOST_NAMED) list.lines.push(line);
}
