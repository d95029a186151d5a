/** What the main thread and a worker thread say to each other. Each file has a port of its own. */
import type { MessagePort } from 'node:worker_threads';
import type { SyncErrorDetails } from '../../base/errors.ts';
import type { ResumePoint, Start } from './changed-file.ts';

/** To the thread, with the port. */
export interface FileToChange {
  readonly path: string;
  readonly start: Start;
  readonly port: MessagePort;
  /** As in `BoundedFile`. */
  readonly memoryBytes: number;
  readonly maxExpansion: number;
}

/** Chunks that may be under way to a side before it asks for more. */
export const chunksAhead = 3;

export type ToThread =
  | { readonly type: 'input'; readonly bytes: Uint8Array }
  | { readonly type: 'input-ends' }
  /** A chunk of output was received. */
  | { readonly type: 'taken' }
  | { readonly type: 'answer'; readonly call: number; readonly value?: AnswerValue; readonly error?: PlainError };

/** A folder, or for each key whether it is taken. */
export type AnswerValue = string | readonly boolean[];

export type FromThread =
  /** A chunk of input was received, or may come for the first time. */
  | { readonly type: 'want' }
  | { readonly type: 'output'; readonly bytes: Uint8Array; readonly point?: ResumePoint }
  | { readonly type: 'note'; readonly counter: string; readonly count: number; readonly transform: string }
  | { readonly type: 'scratch'; readonly call: number }
  | { readonly type: 'aside'; readonly call: number; readonly suffix: string; readonly bytes: Uint8Array }
  | { readonly type: 'memory'; readonly call: number; readonly bytes: number; readonly what: string }
  /** Gives back the share that came with this call. */
  | { readonly type: 'memory-back'; readonly call: number }
  | { readonly type: 'keys'; readonly call: number; readonly keys: readonly string[] }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly error: PlainError };

/** A `SyncError` as plain data: its class does not survive the way. */
export type PlainError = SyncErrorDetails & { readonly message: string };

/** These bytes in a buffer of their own, which can be transferred without another copy. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const alone = bytes.buffer instanceof ArrayBuffer && bytes.length === bytes.buffer.byteLength;
  return alone ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
