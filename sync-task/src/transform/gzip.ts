/** gzip through Node's own zlib. Its state can't be saved: a file that breaks off is done from its beginning. */
import { constants, createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { SyncError } from '../errors.ts';
import { withoutSuffix } from './file-name.ts';
import { inBlocks, throughStream } from './through-stream.ts';
import type { Transform } from './transform.ts';

const blockBytes = 128 * 1024;

interface GzipOptions {
  readonly level: number;
}

export const gzip: Transform<GzipOptions> = {
  name: 'gzip',
  version: 1,
  threaded: true,
  summary: 'compresses with gzip; the name gets .gz',
  details: 'The header holds no name and no time, so the same content always gives the same bytes.',
  example: 'gzip:level=9@*.csv',
  options: z.strictObject({
    // 0 stores, in blocks as they happen to come.
    level: z.coerce.number().int().min(1).max(9).default(6).describe('1 is fastest, 9 is smallest'),
  }),
  outputName: (name) => `${name}.gz`,
  apply: (input, { level }) => throughStream(inBlocks(input, blockBytes), createGzip({ level, chunkSize: blockBytes })),
};

export const gunzip: Transform<Record<never, never>> = {
  name: 'gunzip',
  version: 1,
  threaded: true,
  summary: 'decompresses gzip; the name loses .gz',
  details:
    'Several members one after the other are one file, as gzip itself has it. What is damaged, cut off or no gzip is refused.',
  example: 'gunzip@*.gz',
  decodes: true,
  options: z.strictObject({}),
  outputName: (name) => withoutSuffix(name, ['.gz', '.gzip']),
  async *apply(input) {
    try {
      yield* throughStream(input, createGunzip({ chunkSize: blockBytes, finishFlush: constants.Z_FINISH }));
    } catch (error) {
      throw unreadable(error, 'gzip');
    }
  },
};

/** What a decompressor says about its input, as a refusal; every other error as it is. */
export function unreadable(error: unknown, format: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!(error instanceof Error) || error instanceof SyncError || !/^(Z_|ZSTD_)/.test(code)) return error;
  return new SyncError(
    `the file is not whole and valid ${format} (${error.message}); have it sent again, or exclude it from the transform`,
    { kind: 'refused', reason: `invalid-${format}`, cause: error },
  );
}
