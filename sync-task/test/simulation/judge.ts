/**
 * Invariants, at every moment and at the end. The judge watches disks and state behind the engine's back. It knows every version
 * that a source file ever had, so it can tell whole versions from mixed ones.
 */
import type { FileVersion } from '../../src/base/model.ts';
import type { Row } from '../../src/state/sql/database.ts';
import type { OutcomeRow } from '../../src/state/state.ts';
import { isOwnName } from '../../src/storage/draft-name.ts';
import { type ChainName, chainOf, made } from './chains.ts';
import { POWER_LOSS, type Watcher } from './disk.ts';
import { LEASE_MS } from './scenario.ts';

export interface Violation {
  /** A stable word. Shrinking keeps schedules that find the same one. */
  readonly what: string;
  readonly detail: string;
}

export interface Judge {
  readonly violation: Violation | undefined;
  blame(what: string, detail: string): void;
  /** A source file has a new version. */
  sourceIs(pipeline: string, path: string, version: FileVersion, bytes: Buffer): void;
  /** Watches one target. `stands` returns what is there now, backups included. */
  watch(stands: () => Iterable<string>): Watcher;
  /** Another program put this there. */
  foreign(path: string, bytes: Buffer | undefined): void;
  /** A draft is published in this moment. */
  publishes(
    place: string,
    path: string,
    name: string,
    how: { readonly replaces: boolean; readonly refuses: boolean },
  ): void;
  /** The rows of the state, after every operation. */
  stateIs(files: readonly Row[], nowMs: number): void;
  recorded(pipeline: string, rows: readonly OutcomeRow[], targetHolds: (path: string) => Buffer | undefined): void;
  /** A plan of this pipeline begins. `isAlone`: no other pipeline plans at the same time. */
  plans(isAlone: boolean): void;
  /** Whether another program was the last to change the path. */
  isForeign(path: string): boolean;
}

export const FOREIGN = 'foreign writer';

interface Version extends FileVersion {
  readonly bytes: Buffer;
}

interface Owner {
  readonly file: string;
  readonly isAside: boolean;
}

const keyOf = (pipeline: string, path: string) => `${pipeline}: ${path}`;

export function newJudge(chains: ReadonlySet<ChainName>): Judge {
  let violation: Violation | undefined;
  const versions = new Map<string, Version[]>();
  /** Target path → contents that may be there. */
  const lawful = new Map<string, Set<string>>();
  /** Target path → when another program changed it, if none of our processes has since. */
  const foreign = new Map<string, number>();
  /** Source path → time of its last claim. */
  const claimed = new Map<string, { readonly token: number; readonly at: number }>();
  let moments = 0;
  /** Target and path → the highest token published there. */
  const newest = new Map<string, number>();
  let files: readonly Row[] = [];
  /** Target path → the row of the file published there last. */
  const owners = new Map<string, Owner>();
  let isRaced = false;

  function blame(what: string, detail: string): void {
    violation ??= { what, detail };
  }
  function allow(path: string, bytes: Buffer): void {
    const contents = lawful.get(path) ?? new Set();
    lawful.set(path, contents.add(bytes.toString('latin1')));
  }
  /** A side file's draft has the hash of another path in its name. */
  function whoPublishes(path: string, name: string): Row | undefined {
    const saying = (text: string) => files.filter((file) => String(file['intent']).includes(text));
    const own = saying(name);
    if (own.length > 0 || !path.endsWith('.capitals')) return own[0];
    const all = saying(name.slice(0, name.lastIndexOf('-') + 1));
    return all.find((file) => `${file['path']}.capitals` === path);
  }
  /** A target path keeps its owner while the owner's file is there. */
  function takes(at: string, path: string, row: Row): void {
    const file = keyOf(row['pipeline'], row['path']);
    const before = owners.get(at);
    owners.set(at, { file, isAside: path.endsWith('.capitals') && row['path'] !== path });
    if (!before || before.file === file || isRaced) return;
    const known = files.find((each) => keyOf(each['pipeline'], each['path']) === before.file);
    const stands =
      known && known['size'] !== null && (before.isAside || (known['target_path'] ?? known['path']) === path);
    if (stands) blame('two-owners', `${path} is that of ${before.file}, and ${file} is published there`);
  }
  const show = (bytes: Buffer | undefined) =>
    bytes === undefined ? 'nothing' : JSON.stringify(bytes.toString('latin1'));

  return {
    get violation() {
      return violation;
    },
    blame,
    sourceIs(pipeline, path, { size, mtimeMs }, bytes) {
      const at = keyOf(pipeline, path);
      versions.set(at, [...(versions.get(at) ?? []), { size, mtimeMs, bytes }]);
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
      const known = whoPublishes(path, name);
      const at = `${place} ${path} ${known?.['pipeline']}`;
      const highest = newest.get(at) ?? 0;
      if (token < highest) blame('older-token', `${path}: token ${token} behind ${highest}`);
      newest.set(at, Math.max(token, highest));
      if (known) takes(`${place} ${path}`, path, known);
      if (!known) blame('published-without-intent', `${path} by draft ${name}`);
      // A file that the state records as ours is repaired, whatever others did to it.
      else if (replaces && refuses && known['size'] === null && foreign.has(path))
        blame('replaced-what-stood', `${path} with --existing refuse`);
    },
    stateIs(rows, nowMs) {
      for (const { pipeline, path, token } of rows) {
        const before = files.find((file) => file['pipeline'] === pipeline && file['path'] === path);
        const leftMs = before && before['owner'] !== null ? before['lease_until_ms'] - nowMs : 0;
        // A lease that ends later than any can now was taken before the database's clock was set back.
        const wasHeld = before && leftMs > 0 && leftMs <= 2 * LEASE_MS;
        if (wasHeld && token > before['token']) blame('took-what-is-held', `${path}: token ${token}`);
      }
      files = rows;
      for (const { pipeline, path, token } of rows) {
        const key = keyOf(pipeline, path);
        if (claimed.get(key)?.token !== token) claimed.set(key, { token, at: moments++ });
      }
    },
    recorded(pipeline, rows, targetHolds) {
      for (const { path, outcome, checkpoint } of rows) {
        if (!checkpoint || outcome === 'adopted') continue;
        const chain = chainOf(checkpoint.chain);
        const same = (versions.get(keyOf(pipeline, path)) ?? []).filter(
          ({ size, mtimeMs }) => size === checkpoint.size && mtimeMs === checkpoint.mtimeMs,
        );
        const expected = same.map(({ bytes }) => made(chain ?? 'none', path, bytes));
        const at = expected[0]?.[0].path ?? path;
        // Foreign changes before the claim must be noticed; later ones are not our fault.
        const excused = (place: string) => {
          const changed = foreign.get(place);
          return (
            changed !== undefined &&
            (outcome === 'unchanged' || changed > (claimed.get(keyOf(pipeline, path))?.at ?? 0))
          );
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
    plans(isAlone) {
      isRaced ||= !isAlone;
    },
    isForeign: (path) => foreign.has(path),
  };
}
