/** Zstandard through Node's own zlib. Its state can't be saved: a broken transfer starts the file again. */
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { z } from 'zod';
import { withoutSuffix } from '../file-name.ts';
import type { ByteStream, Transform } from '../transform.ts';
import { SMALL_BYTES } from './decoder-memory.ts';
import { unreadable } from './gzip.ts';
import { inBlocks, throughStream } from './through-stream.ts';
import { cutAtFrames } from './zstd-frames.ts';

const blockBytes = 128 * 1024;

interface ZstdOptions {
  readonly level: number;
}

export const zstd: Transform<ZstdOptions> = {
  name: 'zstd',
  version: 1,
  threaded: true,
  summary: 'compresses with Zstandard, with a checksum; the name gets .zst',
  example: 'zstd:level=10@*.csv',
  options: z.strictObject({
    level: z.coerce.number().int().min(1).max(19).default(3).describe('1 is fastest, 19 is smallest and takes 100 MB'),
  }),
  outputName: (name) => `${name}.zst`,
  apply(input, { level }) {
    const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
    return throughStream(inBlocks(input, blockBytes), createZstdCompress({ chunkSize: blockBytes, params }));
  },
};

export const unzstd: Transform<Record<never, never>> = {
  name: 'unzstd',
  version: 1,
  threaded: true,
  summary: 'decompresses Zstandard; the name loses .zst',
  details:
    'Consecutive frames are one file. A file that is damaged, cut off or no Zstandard is refused, and so is one whose window is larger than `--decoder-memory`; smaller ones wait until that much is free.',
  example: 'unzstd@*.zst',
  decodes: true,
  memoryShares: () => 1,
  options: z.strictObject({}),
  outputName: (name) => withoutSuffix(name, ['.zst', '.zstd']),
  async *apply(input, _options, file) {
    const parts = cutAtFrames(input);
    let next = await parts.next();
    /** A frame that needs more than was asked for gets a decompressor of its own. */
    async function* within(windowBytes: number): ByteStream {
      for (; !next.done; next = await parts.next()) {
        if ((next.value.windowBytes ?? 0) > windowBytes) return;
        yield next.value.bytes;
      }
    }
    try {
      do {
        const needed = Math.max(SMALL_BYTES, next.value?.windowBytes ?? 0);
        const giveBack = await file.takeMemory(needed, 'the window of this zstd file');
        const params = { [constants.ZSTD_d_windowLogMax]: MOST_WINDOW_LOG };
        yield* throughStream(within(needed), createZstdDecompress({ chunkSize: blockBytes, params }));
        giveBack();
      } while (!next.done);
    } catch (error) {
      throw unreadable(error, 'zstd');
    } finally {
      await parts.return(undefined);
    }
  },
};

/** The library's maximum: the shared memory decides. */
const MOST_WINDOW_LOG = 31;
