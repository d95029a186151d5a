/**
 * Reads one version of an object by ranges: several are under way at once, and their bytes are handed on in order. A look, or
 * the first range, tells which version stands there; every other range asks for that version alone. So a reader gets one
 * version or an error.
 *
 * A range takes its bytes from the budget before it is asked for. A reader waits for its first range only and takes the
 * others where they are free now, so that readers never wait for each other in a circle.
 *
 * Nothing is tried again here. The client of the service repeats a request, and `around/retry.ts` resumes the read at its
 * last byte: two layers, no more.
 */
import { SyncError } from '../../base/errors.ts';
import type { Chunk, FileVersion } from '../../base/model.ts';
import type { ByteBudget } from '../budget.ts';
import { notAsListed, vanished } from '../changed-source.ts';

export const RANGE_BYTES = 1024 * 1024;
const RANGES_AT_ONCE = 16;

export interface ObjectVersion extends FileVersion {
  /** Names exactly these bytes. */
  readonly etag: string;
}

export interface FetchedRange {
  readonly etag: string;
  readonly pieces: Chunk;
}

export interface ReadRequest {
  readonly label: string;
  readonly path: string;
  readonly expected: FileVersion;
  readonly start: number;
  readonly budget: ByteBudget;
  readonly signal: AbortSignal;
  readonly rangeBytes?: number;
  readonly rangesAtOnce?: number;
  /** The version that stands there; undefined where nothing does. Left out: the first range tells. */
  look?(): Promise<ObjectVersion | undefined>;
  /**
   * As many bytes as asked for, of the version of this etag; throws `changed` where another one stands. Without an etag the
   * request is the first: it compares what it finds with the expected version, also where 0 bytes are asked for.
   */
  fetch(etag: string | undefined, start: number, bytes: number, signal: AbortSignal): Promise<FetchedRange>;
}

interface Range {
  readonly bytes: number;
  readonly pieces: Promise<Chunk>;
}

/** Throws `changed` where it is not the expected version, and what `look` and `fetch` throw. */
export async function* readObject(request: ReadRequest): AsyncGenerator<Chunk> {
  const { expected, budget, signal } = request;
  const { rangeBytes = RANGE_BYTES, rangesAtOnce = RANGES_AT_ONCE } = request;
  signal.throwIfAborted();
  let etag = request.look && (await lookedAt(request));
  signal.throwIfAborted();

  const leaving = new AbortController();
  const either = AbortSignal.any([signal, leaving.signal]);
  const ranges: Range[] = [];
  let next = request.start;

  /** One range; its bytes have been taken from the budget. */
  function ask(bytes: number): void {
    const pieces = request.fetch(etag, next, bytes, either).then((fetched) => {
      etag ??= fetched.etag;
      assertWhole(request, fetched.pieces, bytes);
      return fetched.pieces;
    });
    pieces.catch(() => undefined); // heard in its turn
    ranges.push({ bytes, pieces });
    next += bytes;
  }
  const nextBytes = () => Math.min(rangeBytes, expected.size - next);
  /** As many as the budget has room for, once the version is known. */
  function askMore(): void {
    if (etag === undefined) return;
    while (ranges.length < rangesAtOnce && next < expected.size && budget.tryTake(nextBytes())) ask(nextBytes());
  }

  try {
    if (etag === undefined && next >= expected.size) await request.fetch(undefined, next, 0, either);
    while (next < expected.size || ranges.length > 0) {
      if (ranges.length === 0) {
        const bytes = nextBytes();
        await budget.take(bytes);
        ask(bytes);
      }
      askMore();
      const first = ranges[0] as Range;
      const pieces = await first.pieces;
      signal.throwIfAborted();
      askMore(); // behind the first range, which may have told the version
      yield pieces;
      signal.throwIfAborted();
      ranges.shift();
      budget.give(first.bytes);
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    if (ranges.length > 0) leaving.abort();
    for (const { bytes, pieces } of ranges) {
      await pieces.catch(() => undefined); // told already, or nobody wants to know
      budget.give(bytes);
    }
  }
}

async function lookedAt({ label, path, expected, look }: ReadRequest): Promise<string> {
  const version = await look?.();
  if (!version) throw vanished(label, path);
  if (version.size !== expected.size || version.mtimeMs !== expected.mtimeMs) throw notAsListed(label, path);
  return version.etag;
}

function assertWhole({ label, path }: ReadRequest, pieces: Chunk, bytes: number): void {
  const got = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (got === bytes) return;
  throw new SyncError(`${label}: ${JSON.stringify(path)} came short: ${got} bytes of ${bytes}`, {
    kind: 'transient',
    reason: 'short-read',
    path,
  });
}
