/** What a seed stands for: files, storages, settings, actors and possible faults. Plain JSON, so that it can be shrunk. */
import { randomFrom } from '../faults/kit/random.ts';
import type { Broken } from './broken-place.ts';
import { type ChainName, chainNames } from './chains.ts';
import type { Chances } from './chances.ts';
import { clockThemes } from './clock-themes.ts';
import { placeThemes } from './place-themes.ts';
import { themes } from './themes.ts';

export type PlaceKind = 'folder' | 'sftp' | 'old-sftp' | 'bucket' | 'plain-bucket';

/** Settings that an operator changes for one task. */
export interface Patch {
  readonly chain?: ChainName;
  readonly force?: boolean;
  readonly existing?: 'adopt' | 'replace' | 'refuse';
  /** Another root at the target. */
  readonly elsewhere?: boolean;
  /** `--new-target`. */
  readonly newTarget?: boolean;
  /** A second pipeline, from its own source to the same target. */
  readonly second?: boolean;
}

export type Actor =
  /** `sync` repeatedly, each in its own run. */
  | { readonly kind: 'sync'; readonly startMs: number; readonly times: number; readonly patch: Patch }
  /** `plan`, the batches by this many workers, `finish`. Each is retried until it ends well. */
  | {
      readonly kind: 'tasks';
      readonly startMs: number;
      readonly workers: number;
      readonly patch: Patch;
      /** No other task is retried, and `finish` starts this long after them. */
      readonly finishAfterMs?: number;
    }
  | {
      readonly kind: 'verify';
      readonly startMs: number;
      readonly repair: boolean;
      readonly checksum: 'none' | 'target' | 'both';
    }
  | { readonly kind: 'check'; readonly startMs: number }
  | { readonly kind: 'producer'; readonly startMs: number; readonly edits: number }
  | { readonly kind: 'foreign'; readonly startMs: number; readonly edits: number }
  | { readonly kind: 'power'; readonly startMs: number };

export interface Scenario {
  readonly seed: number;
  /** Bytes of each file at the source. */
  readonly sizes: readonly number[];
  /** Their names, unless they are f0, f1 and so on. */
  readonly names?: readonly string[];
  /** Names of files at the source of the second pipeline. */
  readonly others?: readonly string[];
  readonly broken?: Broken;
  readonly place: PlaceKind;
  /** Of the source's clock. */
  readonly stepMs: number;
  readonly chain: ChainName;
  readonly existing: 'adopt' | 'replace' | 'refuse';
  readonly readBack: boolean;
  readonly atOnce: number;
  readonly batchFiles: number;
  readonly attempts: number;
  readonly actors: readonly Actor[];
  readonly chances: Chances;
}

/** An eighth of it is longer than any request may be under way. */
export const LEASE_MS = 16_000;

/** Some seeds leave everything to chance; the others have a theme. */
export function scenarioOf(seed: number): Scenario {
  const random = randomFrom(seed, 'theme');
  const scenario = byChance(seed);
  const themed = random.fraction() < 0.4 ? scenario : random.pick(themes)(scenario, random);
  const more = randomFrom(seed, 'more themes');
  if (more.fraction() < 0.3) return more.pick(moreThemes)(scenario, more);
  return { ...themed, chances: { ...themed.chances, ...clocksOf(seed) } };
}

/** Themes added later draw from a stream of their own, so that earlier seeds keep their scenarios. */
const moreThemes = [...clockThemes, ...placeThemes];

const HOURS_MS = 10_000_000;

/** Clocks differ in every third schedule, and are set in every third. */
function clocksOf(seed: number): Pick<Chances, 'jumps' | 'jumpMs' | 'skewMs'> {
  const { below, fraction } = randomFrom(seed, 'wrong clocks');
  const skewMs = fraction() < 0.33 ? HOURS_MS : 0;
  return { skewMs, ...(fraction() < 0.33 ? { jumps: 1 + below(4), jumpMs: HOURS_MS } : { jumps: 0, jumpMs: 0 }) };
}

function byChance(seed: number): Scenario {
  const { below, pick, fraction } = randomFrom(seed, 'scenario');
  const often = (chance: number) => fraction() < chance;
  const place = pick<PlaceKind>(['folder', 'sftp', 'sftp', 'old-sftp', 'bucket', 'bucket', 'plain-bucket']);
  const chain = often(0.5) ? 'none' : pick(chainNames);
  const patch = (): Patch => ({
    ...(often(0.1) && { chain: pick(chainNames) }),
    ...(often(0.2) && { force: true }),
    ...(often(0.1) && { existing: pick(['adopt', 'replace', 'refuse'] as const) }),
    ...(often(0.04) && { elsewhere: true, newTarget: often(0.5) }),
  });
  const startMs = () => below(often(0.5) ? 300 : 30_000);
  const actors: Actor[] = [
    often(0.5)
      ? { kind: 'sync', startMs: 0, times: 1 + below(3), patch: patch() }
      : { kind: 'tasks', startMs: 0, workers: 1 + below(2), patch: patch() },
  ];
  if (often(0.4)) actors.push({ kind: 'sync', startMs: startMs(), times: 1 + below(2), patch: patch() });
  if (often(0.2)) actors.push({ kind: 'tasks', startMs: startMs(), workers: 1, patch: patch() });
  if (often(0.6)) actors.push({ kind: 'producer', startMs: startMs(), edits: 1 + below(5) });
  if (often(0.15)) actors.push({ kind: 'foreign', startMs: startMs(), edits: 1 + below(2) });
  if (often(0.2)) {
    const checksum = pick(['none', 'target', 'both'] as const);
    actors.push({ kind: 'verify', startMs: startMs(), repair: often(0.7), checksum });
  }
  if (often(0.1)) actors.push({ kind: 'check', startMs: startMs() });
  if (often(0.15) && !place.endsWith('bucket')) actors.push({ kind: 'power', startMs: startMs() });
  const unreliable = often(0.5);
  return {
    seed,
    sizes: Array.from({ length: 1 + below(3) }, () => (often(0.1) ? 0 : 1 + below(40))),
    place,
    stepMs: pick([1, 1000]),
    chain,
    existing: pick(['adopt', 'adopt', 'replace', 'refuse'] as const),
    readBack: often(0.1),
    atOnce: 1 + below(2),
    batchFiles: 1 + below(3),
    attempts: 1 + below(3),
    actors,
    chances: {
      disrupt: pick([0, 0.01, 0.03, 0.1]),
      kills: below(4),
      freezes: below(3),
      stops: often(0.2) ? 1 : 0,
      ...{ jumps: 0, jumpMs: 0, skewMs: 0 },
      fail: unreliable ? pick([0.002, 0.02]) : 0,
      ambiguous: unreliable ? pick([0.002, 0.02]) : 0,
      aim: '',
      aimed: 0,
      blur: 0,
      paceMs: pick([4, 4, 400]),
      stick: pick([0, 0.5, 0.9]),
      freezeMs: pick([2000, 40_000]),
    },
  };
}
