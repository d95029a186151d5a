/**
 * Connects again with ever longer pauses: a few times at the start, since servers drop logins when too many come at once; and
 * for a server that was lost, as long as it may take to restart. After that was in vain, nobody waits for the server until a
 * connection succeeds. A server that refuses our login is not asked again: it could lock the account.
 */

import { backOff } from '../../../base/backoff.ts';
import { asSyncError, SyncError } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';

export interface PatienceOptions {
  /** Tries at the start, within `startMs`. */
  readonly attempts: number;
  readonly startMs: number;
  /** So long a server that was lost is tried again. */
  readonly lostMs: number;
  readonly log: Log;
  readonly role: string;
  readonly signal: AbortSignal | undefined;
}

export interface Patience<T> {
  /** Throws what `connect` threw last. */
  first(): Promise<T>;
  /** Shared by all who ask meanwhile. Throws reason `server-lost`. */
  again(): Promise<T>;
}

export function patience<T>(connect: () => Promise<T>, options: PatienceOptions): Patience<T> {
  const { attempts, startMs, lostMs, log, role, signal } = options;
  let running: Promise<T> | undefined;
  let spent = false;
  let shutOut: SyncError | undefined;

  async function tryUntil(mostTries: number, mostMs: number): Promise<T> {
    const endMs = performance.now() + mostMs;
    for (let tries = 1; ; tries++) {
      try {
        return await connect();
      } catch (thrown) {
        const error = asSyncError(thrown);
        if (error.kind !== 'transient' || tries >= mostTries) throw error;
        await backOff(tries, signal);
        if (performance.now() >= endMs || signal?.aborted) throw error;
        log.info(`connecting again: ${error.message}`, { role, tries });
      }
    }
  }

  async function reconnect(): Promise<T> {
    if (shutOut) throw shutOut;
    try {
      const connection = await tryUntil(Number.POSITIVE_INFINITY, spent ? 0 : lostMs);
      spent = false;
      return connection;
    } catch (thrown) {
      const error = asSyncError(thrown);
      const how =
        error.kind === 'transient' ? `; it was tried again for ${Math.round(lostMs / 1000)} s (--reconnect)` : '';
      const lost = new SyncError(`${error.message}${how}`, { kind: error.kind, reason: 'server-lost', cause: error });
      if (error.kind !== 'transient') shutOut = lost;
      spent = true;
      throw lost;
    }
  }

  return {
    first: () => tryUntil(attempts, startMs),
    again() {
      running ??= reconnect().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}
