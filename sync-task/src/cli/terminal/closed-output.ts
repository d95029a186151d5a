/**
 * A closed pipe is no reason to stop copying files. Without a listener, the first write to one ends the process in the middle of
 * its work, and its claims stay until their leases end.
 */
import type { Writable } from 'node:stream';

/** From now on, only the caller of a failed write learns of it. */
export function outliveReaders(...streams: readonly Writable[]): void {
  // A failure would be reported on stderr: if that fails too, nobody is left to tell.
  for (const stream of streams) stream.on('error', () => undefined);
}

/** Whether the reader went away, which it may; a full disk is something else. */
export function isClosedPipe(error: unknown): boolean {
  return ['EPIPE', 'ERR_STREAM_DESTROYED'].includes((error as NodeJS.ErrnoException).code ?? '');
}
