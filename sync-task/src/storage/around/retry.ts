/**
 * Retries what failed for a reason that may pass, where that is safe: looking and reading change nothing, and recovering
 * twice leaves what recovering once leaves. A decorator over any storage. A read resumes at its last byte, so the reader
 * does not notice. Drafts and publishing are not retried here: the engine first looks at what became of them
 * (`engine/transfer/transfer.ts`).
 */

import { backOff } from '../../base/backoff.ts';
import { countedLog } from '../../base/counted-log.ts';
import { asSyncError, type SyncError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { World } from '../../base/world.ts';
import type { ReadOptions, Storage } from '../storage.ts';

export interface RetryOptions {
  /** Tries of one operation. Of a read only tries that bring no byte count. */
  readonly attempts: number;
  readonly log: Log;
  /** Aborted: nothing is tried again. */
  readonly signal?: AbortSignal | undefined;
  readonly world?: World;
}

/** Whether another try could help. It could not for a server that was lost for too long, or a lease that is over. */
export function mayPass(error: SyncError): boolean {
  return error.kind === 'transient' && error.reason !== 'server-lost' && error.reason !== 'lease-lost';
}

export function retryReading(storage: Storage, options: RetryOptions): Storage {
  const { log, attempts, signal, world } = options;
  const told = countedLog(log);

  /** Waits where another try may help; throws the error where not. */
  async function again(thrown: unknown, tries: number, what: string): Promise<void> {
    if (signal?.aborted) throw thrown;
    const error = asSyncError(thrown);
    if (tries >= attempts || !mayPass(error)) throw thrown;
    told.add('info', `trying again, ${error.reason}`, `trying again to ${what}: ${error.message}`, { tries });
    await backOff(tries, signal, world);
    if (signal?.aborted) throw thrown;
  }

  async function repeat<T>(what: string, operation: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await operation();
      } catch (error) {
        await again(error, tries, what);
      }
    }
  }

  async function* read(path: string, given: ReadOptions) {
    let { start } = given;
    for (let tries = 1; ; tries++) {
      try {
        for await (const chunk of storage.read(path, { ...given, start })) {
          for (const piece of chunk) start += piece.length;
          tries = 1;
          yield chunk;
        }
        return;
      } catch (error) {
        if (given.signal.aborted) throw error;
        await again(error, tries, `read ${JSON.stringify(path)}`);
        log.info(`reading on at ${start} of ${given.expected.size} bytes`, { path });
      }
    }
  }

  const { publishedBy } = storage;
  return {
    ...storage,
    get features() {
      return storage.features; // some are learnt on the way
    },
    ...(publishedBy && {
      publishedBy: (path, asked) => repeat('look at a file', () => publishedBy(path, asked)),
    }),
    read,
    stat: (path) => repeat('look at a file', () => storage.stat(path)),
    statDraft: (path, name, ticket) => repeat('look at a draft', () => storage.statDraft(path, name, ticket)),
    recover: (path, name, ticket) => repeat('remove a draft', () => storage.recover(path, name, ticket)),
    clockSkew: (asked) => repeat('tell the clock', () => storage.clockSkew(asked)),
  };
}
