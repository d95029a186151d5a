/**
 * A closed pipe is no reason to stop copying files. Without a listener the first write to one ends the process in the
 * middle of its work, its claims kept until their lease ends.
 */
import type { Writable } from 'node:stream';

/** From now on a failed write to these is told to whoever made it, and to nobody else. */
export function outliveReaders(...streams: readonly Writable[]): void {
  // stderr is where a failure would be told: when it cannot be written, nobody is left to tell.
  for (const stream of streams) stream.on('error', () => undefined);
}

/** Whether that is a reader who went away, which is his right, and not a full disk. */
export function isClosedPipe(error: unknown): boolean {
  return ['EPIPE', 'ERR_STREAM_DESTROYED'].includes((error as NodeJS.ErrnoException).code ?? '');
}
