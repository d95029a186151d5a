/** The keys of rows that one attempt takes in the state: each key may be in only one published file of the pipeline. */
import { SyncError } from '../../base/errors.ts';
import type { ClaimedFile, KeyHolder } from '../../state/state.ts';
import type { Context } from '../context.ts';
import { leaseLost } from './lease-lost.ts';

export interface FileKeys {
  /** For each of them whether it is this file's. */
  take(keys: readonly string[]): Promise<readonly boolean[]>;
  /**
   * To be called before the intent to publish is saved. Waits for files that may still publish one of the keys. Resolves to what is
   * recorded with the file's outcome, undefined where it took no key. Throws `transient` where the file must be begun again.
   */
  complete(): Promise<number | undefined>;
}

const KEYS_AT_ONCE = 2000;
const SHORTEST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;

export function fileKeys(
  { state, world, signal }: Pick<Context, 'state' | 'world' | 'signal'>,
  claimed: ClaimedFile,
): FileKeys {
  let begun: Promise<KeyHolder> | undefined;
  const waitFor = new Set<number>();
  let lost = false;

  async function begin(): Promise<KeyHolder> {
    const holder = await state.beginKeys(claimed);
    if (!holder) throw leaseLost(claimed.path);
    return holder;
  }

  async function complete(): Promise<number | undefined> {
    if (!begun) return undefined;
    const holder = await begun;
    for (let waitMs = SHORTEST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      const completed = await state.completeKeys(holder, waitFor);
      if (completed.status === 'complete') return holder.id;
      if (completed.status === 'again') throw toBeginAgain(claimed.path);
      await world.sleep(waitMs, signal).catch(() => undefined);
      signal.throwIfAborted();
    }
  }

  return {
    complete,
    async take(keys) {
      begun ??= begin();
      const holder = await begun;
      const ours: boolean[] = [];
      for (let first = 0; first < keys.length && !lost; first += KEYS_AT_ONCE) {
        const some = keys.slice(first, first + KEYS_AT_ONCE);
        const taken = await state.takeKeys(holder, some);
        lost = taken.lost;
        for (const id of taken.waitFor) waitFor.add(id);
        for (const key of some) ours.push(!taken.others.has(key));
      }
      if (!lost) return ours;
      // Taking the rest would be in vain. `complete` waits until no other file can take a key away.
      await complete();
      throw toBeginAgain(claimed.path);
    },
  };
}

function toBeginAgain(path: string): SyncError {
  return new SyncError(
    `${JSON.stringify(path)} shares rows with a file that was in transfer at the same time, and what became of that one changes what belongs here; it is begun again`,
    { kind: 'transient', reason: 'rows-shared', path },
  );
}
