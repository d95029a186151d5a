/**
 * What must hold, in every moment and in the end. It watches the disks and the state past the engine, and knows every state that
 * a source file was ever in, so that it can tell whole versions from others.
 */
import type { FileVersion } from '../../src/model.ts';
import type { Row } from '../../src/state/database.ts';
import type { OutcomeRow } from '../../src/state/state.ts';
import { isOwnName } from '../../src/storage/draft-name.ts';
import { type ChainName, chainOf, made } from './chains.ts';
import { POWER_LOSS, type Watcher } from './disk.ts';
import { LEASE_MS } from './scenario.ts';

export interface Violation {
  /** A stable word, by which a schedule is made smaller. */
  readonly what: string;
  readonly detail: string;
}

export interface Judge {
  readonly violation: Violation | undefined;
  blame(what: string, detail: string): void;
  /** A source file is in this state now. */
  sourceIs(path: string, version: FileVersion, bytes: Buffer): void;
  /** Watches one target; `stands` tells what is there now, back-ups and all. */
  watch(stands: () => Iterable<string>): Watcher;
  /** Somebody else put this there. */
  foreign(path: string, bytes: Buffer | undefined): void;
  /** A draft becomes the file in this moment. */
  publishes(
    place: string,
    path: string,
    name: string,
    how: { readonly replaces: boolean; readonly refuses: boolean },
  ): void;
  /** The rows of the state, behind every operation on it. */
  stateIs(files: readonly Row[], nowMs: number): void;
  recorded(rows: readonly OutcomeRow[], targetHolds: (path: string) => Buffer | undefined): void;
  /** Who changed the path last was none of ours. */
  isForeign(path: string): boolean;
}

export const FOREIGN = 'foreign writer';

interface Version extends FileVersion {
  readonly bytes: Buffer;
}

export function newJudge(chains: ReadonlySet<ChainName>): Judge {
  let violation: Violation | undefined;
  const versions = new Map<string, Version[]>();
  /** Path at the target → contents that may stand there. */
  const lawful = new Map<string, Set<string>>();
  /** Path at the target → when somebody else changed it last, and nobody of us since. */
  const foreign = new Map<string, number>();
  /** Path at the source → when it was claimed last. */
  const claimed = new Map<string, { readonly token: number; readonly at: number }>();
  let moments = 0;
  /** Place and path → the highest token of what was published there. */
  const newest = new Map<string, number>();
  let files: readonly Row[] = [];

  function blame(what: string, detail: string): void {
    violation ??= { what, detail };
  }
  function allow(path: string, bytes: Buffer): void {
    const contents = lawful.get(path) ?? new Set();
    lawful.set(path, contents.add(bytes.toString('latin1')));
  }
  const show = (bytes: Buffer | undefined) =>
    bytes === undefined ? 'nothing' : JSON.stringify(bytes.toString('latin1'));

  return {
    get violation() {
      return violation;
    },
    blame,
    sourceIs(path, { size, mtimeMs }, bytes) {
      versions.set(path, [...(versions.get(path) ?? []), { size, mtimeMs, bytes }]);
      for (const chain of chains) for (const file of made(chain, path, bytes)) allow(file.path, file.bytes);
    },
    watch: (stands) => (path, before, after, by, how) => {
      const base = path.slice(path.lastIndexOf('/') + 1);
      if (isOwnName(base) || by === FOREIGN) return;
      if (by === POWER_LOSS) return blame('lost-by-power', `${path} was ${show(before)}, and is ${show(after)}`);
      if (how === 'touched') return blame('touched', `${by} wrote to ${path} behind its publishing`);
      if (after === undefined) {
        const backedUp = [...stands()].some((name) => name.endsWith('.bak'));
        if (!backedUp) blame('vanished', `${by} removed ${path}`);
        return;
      }
      foreign.delete(path);
      if (!lawful.get(path)?.has(after.toString('latin1')))
        blame('unlawful-content', `${by} made ${path} ${show(after)}`);
    },
    foreign(path, bytes) {
      foreign.set(path, moments++);
      if (bytes) allow(path, bytes);
    },
    publishes(place, path, name, { replaces, refuses }) {
      const token = Number(name.split('-')[1]);
      const at = `${place} ${path}`;
      const highest = newest.get(at) ?? 0;
      if (token < highest) blame('older-token', `${path}: token ${token} behind ${highest}`);
      newest.set(at, Math.max(token, highest));
      // What goes beside a file has another hash of a path in its name.
      const sign = name.slice(0, path.endsWith('.capitals') ? name.lastIndexOf('-') + 1 : undefined);
      const known = files.find((file) => String(file['intent']).includes(sign));
      if (!known) blame('published-without-intent', `${path} by draft ${name}`);
      // What the state knows as ours is repaired whatever somebody made of it.
      else if (replaces && refuses && known['size'] === null && foreign.has(path))
        blame('replaced-what-stood', `${path} with --existing refuse`);
    },
    stateIs(rows, nowMs) {
      for (const { path, token } of rows) {
        const before = files.find((file) => file['path'] === path);
        const leftMs = before && before['owner'] !== null ? before['lease_until_ms'] - nowMs : 0;
        // One that ends later than any can was made before the database's clock was put back.
        const wasHeld = before && leftMs > 0 && leftMs <= 2 * LEASE_MS;
        if (wasHeld && token > before['token']) blame('took-what-is-held', `${path}: token ${token}`);
      }
      files = rows;
      for (const { path, token } of rows) {
        if (claimed.get(path)?.token !== token) claimed.set(path, { token, at: moments++ });
      }
    },
    recorded(rows, targetHolds) {
      for (const { path, outcome, checkpoint } of rows) {
        if (!checkpoint || outcome === 'adopted') continue;
        const chain = chainOf(checkpoint.chain);
        const same = (versions.get(path) ?? []).filter(
          ({ size, mtimeMs }) => size === checkpoint.size && mtimeMs === checkpoint.mtimeMs,
        );
        const expected = same.map(({ bytes }) => made(chain ?? 'none', path, bytes));
        const at = expected[0]?.[0].path ?? path;
        // Who looks before it is copied must see what somebody else did; who comes behind the copying is not to blame on us.
        const excused = (place: string) => {
          const changed = foreign.get(place);
          return changed !== undefined && (outcome === 'unchanged' || changed > (claimed.get(path)?.at ?? 0));
        };
        if (excused(at)) continue;
        const isTrue = expected.some((all) =>
          all.every((file) => excused(file.path) || targetHolds(file.path)?.equals(file.bytes)),
        );
        if (!isTrue) {
          blame(
            'untrue-checkpoint',
            `${path} is recorded as ${outcome}, should be ${show(expected[0]?.[0].bytes)}, is ${show(targetHolds(at))}`,
          );
        }
      }
    },
    isForeign: (path) => foreign.has(path),
  };
}
