/**
 * One case. The contestants take turns, A B C, then C B A, so that a machine that slows down or speeds up favours none of them.
 * Only measurements of the same round are compared. Every copy is checked against its source byte for byte and removed, outside
 * of the measured part. Caches are not dropped: all contestants find them equally warm.
 */
import type { PeerKey } from './cases.ts';
import type { Contestants } from './contestants.ts';
import { ContestantFailed, type Measurement, TooSlow } from './measure.ts';
import type { Peer } from './peers/peer.ts';
import type { ContestantResult } from './results.ts';
import { type Arena, type Home, openHome, takeTurn, takeTurnIn } from './turn.ts';

export interface ContestOptions {
  readonly contestants: Contestants;
  readonly rounds: number;
  /** No warm-up and no search for the best settings: takes the first candidate. */
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

interface Entrant {
  readonly key: PeerKey;
  peer: Peer;
  /** For `copy-again`: what the first copy left. */
  home: Home | undefined;
  readonly candidates: { readonly settings: string; readonly wallMs: number | undefined }[];
  readonly runs: Measurement[];
  slowerThanMs?: number;
  leftOut?: string;
}

/** Throws when sync-task fails; others that fail are left out from then on. */
export async function holdContest(arena: Arena, options: ContestOptions): Promise<readonly ContestantResult[]> {
  const { each } = arena;
  using homes = new DisposableStack();
  const entrants: Entrant[] = [];
  for (const key of each.peers) {
    const entrant = await enter(arena, key, options);
    if (entrant.home) homes.use(entrant.home);
    if (entrant.leftOut !== undefined) options.say(`  ${each.name}: ${entrant.peer.name} ${outcomeOf(entrant)}`);
    entrants.push(entrant);
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const entrant of round % 2 === 0 ? entrants : entrants.toReversed()) {
      if (!isIn(entrant)) continue;
      const measurement = await attempt(arena, entrant, entrant.peer);
      if (measurement) entrant.runs.push(measurement);
      options.say(`  ${each.name}, round ${round + 1}: ${entrant.peer.name} ${outcomeOf(entrant)}`);
    }
  }
  return entrants.map(({ peer, home: _, ...rest }) => ({ ...rest, name: peer.name, settings: peer.settings }));
}

/** Prepares a contestant, warms it up, and finds its fastest settings if it has several. */
async function enter(arena: Arena, key: PeerKey, options: ContestOptions): Promise<Entrant> {
  const { each, tree } = arena;
  const found = options.contestants.candidates(key, { ...each, singleFile: tree.files === 1 });
  const guess = 'missing' in found ? undefined : found[0];
  const entrant: Entrant = { key, peer: guess ?? absent(key), home: undefined, candidates: [], runs: [] };
  if (!guess || 'missing' in found) {
    entrant.leftOut = 'missing' in found ? found.missing : 'it cannot do this work';
    return entrant;
  }
  if (each.work === 'copy-again') {
    entrant.home = openHome(arena);
    try {
      await takeTurnIn(entrant.home, arena, guess, 'copy');
    } catch (error) {
      entrant.home[Symbol.dispose]();
      throw error;
    }
  }
  const warmsUp = found.length > 1 || key === each.peers[0];
  if (options.quick || !warmsUp) return entrant;
  let bestMs = Number.POSITIVE_INFINITY;
  for (const peer of found) {
    // A candidate that is slower than the best so far is not waited for.
    const patience = { ...arena, limitMs: Math.min(arena.limitMs, bestMs) };
    const wallMs = (await attempt(patience, entrant, peer))?.wallMs;
    if (found.length > 1) {
      entrant.candidates.push({ settings: peer.settings, wallMs });
      options.say(`  ${each.name}, choosing: ${peer.name} ${peer.settings} ${outcomeOf(entrant, wallMs)}`);
    }
    if (wallMs === undefined || wallMs >= bestMs) continue;
    bestMs = wallMs;
    entrant.peer = peer;
  }
  if (bestMs === Number.POSITIVE_INFINITY) return entrant;
  // One candidate worked, so the failures of others do not exclude the contestant.
  delete entrant.leftOut;
  delete entrant.slowerThanMs;
  return entrant;
}

/** Undefined, with the reason in the entrant, if a contestant other than sync-task fails. */
async function attempt(arena: Arena, entrant: Entrant, peer: Peer): Promise<Measurement | undefined> {
  const { each, signal, limitMs } = arena;
  try {
    return entrant.home ? await takeTurnIn(entrant.home, arena, peer, each.work) : await takeTurn(arena, peer);
  } catch (error) {
    signal.throwIfAborted();
    if (entrant.key === each.peers[0]) throw error;
    if (error instanceof TooSlow) entrant.slowerThanMs = limitMs;
    else if (error instanceof ContestantFailed) entrant.leftOut = error.message;
    else throw error;
    return undefined;
  }
}

function isIn(entrant: Entrant): boolean {
  return entrant.leftOut === undefined && entrant.slowerThanMs === undefined;
}

function outcomeOf(entrant: Entrant, wallMs = entrant.runs.at(-1)?.wallMs): string {
  if (entrant.leftOut !== undefined) return `is left out: ${entrant.leftOut}`;
  if (entrant.slowerThanMs !== undefined) return `takes more than ${(entrant.slowerThanMs / 1000).toFixed(1)} s`;
  return `${((wallMs ?? 0) / 1000).toFixed(2)} s`;
}

function absent(key: PeerKey): Peer {
  return { name: key, settings: '', steps: () => undefined };
}
