import { gzipSync, zstdCompressSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { parseTransform } from '../../../src/config/parse/parse-transform.ts';
import { transformChain } from '../../../src/transform/chain/chain.ts';
import { detachedFile } from '../../../src/transform/chain/file-context.ts';
import { transforms } from '../../../src/transform/registry.ts';
import { streamOf } from '../../kit/transform.ts';

const MIB = 1024 ** 2;
const zeros = (bytes: number) => Buffer.alloc(bytes);

async function outputBytes(chain: string, input: Buffer, maxExpansion: number): Promise<number> {
  const file = { ...detachedFile('a'), maxExpansion };
  let bytes = 0;
  const output = transformChain(chain.split(' ').map(parseTransform), transforms).apply('a', streamOf([input]), file);
  for await (const chunk of output) bytes += chunk.length;
  return bytes;
}

async function refuses(t: ExecutionContext, chain: string, input: Buffer): Promise<void> {
  await t.throwsAsync(() => outputBytes(chain, input, 500), {
    message: /decompressed to more than 500 times its size/,
  });
}

test('gzip', refuses, 'gunzip', gzipSync(zeros(70 * MIB)));
test('Zstandard', refuses, 'unzstd', zstdCompressSync(zeros(70 * MIB)));
test('one in the other counts by the file', refuses, 'gunzip gunzip', gzipSync(gzipSync(zeros(70 * MIB))));

test('what is small, or meant so, comes out', async (t) => {
  t.is(await outputBytes('unzstd', zstdCompressSync(zeros(60 * MIB)), 500), 60 * MIB);
  t.is(await outputBytes('gunzip newline', gzipSync(zeros(70 * MIB)), 2000), 70 * MIB);
});
