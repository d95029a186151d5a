/** gzip through Node's own zlib. Its state can't be saved: a broken transfer starts the file again. */
import { constants, createGunzip, createGzip, type Gunzip } from 'node:zlib';
import { z } from 'zod';
import { SyncError } from '../../base/errors.ts';
import { withoutSuffix } from '../file-name.ts';
import type { ByteStream, Transform } from '../transform.ts';
import { inBlocks, throughStream } from './through-stream.ts';

const blockBytes = 128 * 1024;

interface GzipOptions {
  readonly level: number;
}

export const gzip: Transform<GzipOptions> = {
  name: 'gzip',
  version: 1,
  threaded: true,
  summary: 'compresses with gzip; the name gets .gz',
  details: 'The header has no name and no time, so the same content always gives the same bytes.',
  example: 'gzip:level=9@*.csv',
  options: z.strictObject({
    // 0 stores without compression, in blocks that depend on how the input was cut.
    level: z.coerce.number().int().min(1).max(9).default(6).describe('1 is fastest, 9 is smallest'),
  }),
  outputName: (name) => `${name}.gz`,
  apply: (input, { level }) => throughStream(inBlocks(input, blockBytes), createGzip({ level, chunkSize: blockBytes })),
};

export const gunzip: Transform<Record<never, never>> = {
  name: 'gunzip',
  version: 2,
  threaded: true,
  summary: 'decompresses gzip; the name loses .gz',
  details:
    'Consecutive members are one file, as in gzip itself, even with zeros between or after them. A file that is damaged, cut off or no gzip is refused.',
  example: 'gunzip@*.gz',
  decodes: true,
  options: z.strictObject({}),
  outputName: (name) => withoutSuffix(name, ['.gz', '.gzip']),
  async *apply(input) {
    try {
      yield* members(input);
    } catch (error) {
      throw unreadable(error, 'gzip');
    }
  },
};

/**
 * Node's decompressor reads members until a zero follows one, and forgets the rest. What it left is looked at here: after zeros
 * there is nothing more, or another member.
 */
async function* members(input: ByteStream): ByteStream {
  const chunks = input[Symbol.asyncIterator]();
  /** Given to the decompressor, which may not have read it yet. */
  let given: { readonly end: number; readonly bytes: Uint8Array }[] = [];
  let rest: Uint8Array | undefined;
  try {
    for (let first = true; first || rest !== undefined; first = false) {
      const stream = createGunzip({ chunkSize: blockBytes, finishFlush: constants.Z_FINISH });
      yield* throughStream(feed(stream, rest), stream);
      rest = await behindZeros(
        given.map(({ end, bytes }) => bytes.subarray(Math.max(0, bytes.length - (end - stream.bytesWritten)))),
      );
      given = [];
    }
  } finally {
    await chunks.return?.();
  }

  async function* feed(stream: Gunzip, before: Uint8Array | undefined): ByteStream {
    let end = 0;
    let next: Uint8Array | undefined = before ?? (await chunks.next()).value;
    for (; next !== undefined; next = (await chunks.next()).value as Uint8Array | undefined) {
      if (next.length === 0) continue;
      end += next.length;
      given = given.filter((each) => each.end > stream.bytesWritten);
      given.push({ end, bytes: next });
      yield next;
    }
  }

  async function behindZeros(left: readonly Uint8Array[]): Promise<Uint8Array | undefined> {
    const bytes = Buffer.concat(left);
    for (
      let next: Uint8Array | undefined = bytes;
      next !== undefined;
      next = (await chunks.next()).value as Uint8Array | undefined
    ) {
      const at = next.findIndex((byte) => byte !== 0);
      if (at !== -1) return next.subarray(at);
    }
    return undefined;
  }
}

/** A decompressor's error about its input as a refusal; every other error unchanged. */
export function unreadable(error: unknown, format: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!(error instanceof Error) || error instanceof SyncError || !/^(Z_|ZSTD_)/.test(code)) return error;
  return new SyncError(
    `the file is not whole and valid ${format} (${error.message}); have it sent again, or exclude it from the transform`,
    { kind: 'refused', reason: `invalid-${format}`, cause: error },
  );
}
