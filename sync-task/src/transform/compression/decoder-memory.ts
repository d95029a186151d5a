/**
 * The memory that the decoders of all files share, for windows, chunks and tables. The file says how much it needs, so a decoder
 * asks first: it waits until others are done, and a file that needs more than the whole is refused.
 *
 * Nobody waits for ever: a file that holds a share and wants another goes first, and only one file at a time may do that.
 */
import { SyncError } from '../../base/errors.ts';

export interface DecoderMemory {
  readonly limitBytes: number;
  /** `shares`: how many the file may hold at once. */
  forFile(shares: number): FileMemory;
}

export interface FileMemory extends Disposable {
  /**
   * Resolves to a function that gives the share back. Throws `refused`, reason `too-much-memory`, where the file needs more than
   * there is.
   */
  take(bytes: number, what: string): Promise<() => void>;
}

interface Waiting {
  readonly file: object;
  readonly bytes: number;
  readonly nests: boolean;
  grant(): void;
  give(error: SyncError): void;
}

/** Shares up to this size are free: every file in flight costs as much. */
export const SMALL_BYTES = 1024 * 1024;

export function decoderMemory(limitBytes: number): DecoderMemory {
  let free = limitBytes;
  /** The one file that may hold several shares. */
  let nesting: object | undefined;
  const waiting: Waiting[] = [];

  function serve(): void {
    for (;;) {
      const index = waiting.findIndex(({ file, nests }) => !nests || nesting === undefined || nesting === file);
      const first = waiting[index];
      if (first === undefined || first.bytes > free) return;
      waiting.splice(index, 1);
      free -= first.bytes;
      if (first.nests) nesting = first.file;
      first.grant();
    }
  }

  function forFile(shares: number): FileMemory {
    const file = {};
    let held = 0;

    function give(bytes: number): void {
      held -= bytes;
      free += bytes;
      serve();
    }

    return {
      async take(bytes, what) {
        if (bytes <= SMALL_BYTES) return () => undefined;
        if (held + bytes > limitBytes) throw tooMuch(what, held + bytes, limitBytes);
        await new Promise<void>((resolve, reject) => {
          const grant = () => {
            held += bytes;
            resolve();
          };
          const each: Waiting = { file, bytes, nests: shares > 1, grant, give: reject };
          if (held > 0) waiting.unshift(each);
          else waiting.push(each);
          serve();
        });
        let given = false;
        return () => {
          if (!given) give(bytes);
          given = true;
        };
      },
      [Symbol.dispose]() {
        for (const each of waiting.filter((other) => other.file === file)) {
          waiting.splice(waiting.indexOf(each), 1);
          each.give(new SyncError('the file is given up', { kind: 'stopped', reason: 'given-up' }));
        }
        if (nesting === file) nesting = undefined;
        give(held);
      },
    };
  }

  return { limitBytes, forFile };
}

function tooMuch(what: string, bytes: number, limitBytes: number): SyncError {
  const mib = (count: number) => `${Math.ceil((10 * count) / 1024 ** 2) / 10} MiB`;
  return new SyncError(
    `${what} needs ${mib(bytes)} of memory, --decoder-memory has ${mib(limitBytes)}; raise it, or exclude the file`,
    { kind: 'refused', reason: 'too-much-memory' },
  );
}
