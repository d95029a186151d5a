/**
 * Reads an object by ranges, several under way, handed on in order. The first one tells which version it is; all others
 * are asked for of that version alone, so that what is read is one version or an error.
 *
 * Every range takes its bytes of the budget before it is asked for. A reader waits for its first range alone and takes the
 * others where they are free now, so that readers never wait for each other in a circle.
 */
import { SyncError } from '../../base/errors.ts';
import type { Chunk, FileVersion } from '../../base/model.ts';
import type { ByteBudget } from '../budget.ts';

export const RANGE_BYTES = 1024 * 1024;
const RANGES_AT_ONCE = 16;

export interface ObjectVersion extends FileVersion {
  /** Names exactly these bytes. */
  readonly etag: string;
}

export interface ReadRequest {
  readonly label: string;
  readonly path: string;
  readonly expected: FileVersion;
  readonly start: number;
  readonly budget: ByteBudget;
  readonly signal: AbortSignal;
  /** The version that stands there; undefined where nothing does. */
  look(): Promise<ObjectVersion | undefined>;
  /** Bytes of that version, as many as asked for; throws `changed` where it is another. */
  fetch(etag: string, start: number, bytes: number, signal: AbortSignal): Promise<Uint8Array>;
}

interface Range {
  readonly bytes: number;
  readonly content: Promise<Uint8Array>;
}

/** Throws `changed` where it is not the expected version. */
export async function* readObject(request: ReadRequest): AsyncGenerator<Chunk> {
  const { label, path, expected, budget, signal } = request;
  signal.throwIfAborted();
  const version = await request.look();
  signal.throwIfAborted();
  if (!version) throw vanished(label, path);
  if (version.size !== expected.size || version.mtimeMs !== expected.mtimeMs) throw changed(label, path);

  const leaving = new AbortController();
  const either = AbortSignal.any([signal, leaving.signal]);
  const ranges: Range[] = [];
  let next = request.start;

  function ask(bytes: number): void {
    const content = request.fetch(version?.etag ?? '', next, bytes, either).then((fetched) => {
      if (fetched.length === bytes) return fetched;
      throw new SyncError(`${label}: ${JSON.stringify(path)} came short: ${fetched.length} bytes of ${bytes}`, {
        kind: 'transient',
        reason: 'short-read',
        path,
      });
    });
    content.catch(() => undefined); // heard in its turn
    ranges.push({ bytes, content });
    next += bytes;
  }
  const nextBytes = () => Math.min(RANGE_BYTES, expected.size - next);

  try {
    while (next < expected.size || ranges.length > 0) {
      if (ranges.length === 0) {
        const bytes = nextBytes();
        await budget.take(bytes);
        ask(bytes);
      }
      while (ranges.length < RANGES_AT_ONCE && next < expected.size && budget.tryTake(nextBytes())) ask(nextBytes());
      const first = ranges[0] as Range;
      yield [await first.content];
      signal.throwIfAborted();
      ranges.shift();
      budget.give(first.bytes);
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    if (ranges.length > 0) leaving.abort();
    for (const { bytes, content } of ranges) {
      await content.catch(() => undefined); // told already, or nobody wants to know
      budget.give(bytes);
    }
  }
}

export function vanished(label: string, path: string, cause?: unknown): SyncError {
  return new SyncError(`${label}: ${JSON.stringify(path)} vanished after it was listed`, {
    kind: 'changed',
    reason: 'vanished',
    path,
    cause,
  });
}

export function changed(label: string, path: string, cause?: unknown): SyncError {
  return new SyncError(`${label}: ${JSON.stringify(path)} is not what was listed; a later run takes it`, {
    kind: 'changed',
    reason: 'changed-while-read',
    path,
    cause,
  });
}
