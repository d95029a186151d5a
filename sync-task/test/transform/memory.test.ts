import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

const measure = fileURLToPath(new URL('../kit/transform-memory.ts', import.meta.url));

/** 300 MB through a transform grow the process by less than 128 MB: what it holds is bounded, and garbage is collected. */
async function testMemory(t: ExecutionContext, transform: string): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, [measure, transform, '300']);
  const { outputBytes, grownBytes } = JSON.parse(stdout) as { outputBytes: number; grownBytes: number };
  t.true(outputBytes > 250 * 1024 * 1024, `only ${outputBytes} bytes came out`);
  t.true(grownBytes < 128 * 1024 * 1024, `grew by ${grownBytes} bytes`);
}

test.serial('replace-whitespace needs constant memory', testMemory, 'replace-whitespace');
test.serial('mask needs constant memory', testMemory, 'mask:token=password,token=secret');
test.serial(
  'mask with much longer output needs constant memory',
  testMemory,
  'mask:token=e,replacement=eeeeeeeeeeeeeeee',
);
test.serial('mask with a pattern needs constant memory', testMemory, 'mask:pattern=[a-z]{6\\,8}');
test.serial(
  'encodings need constant memory',
  testMemory,
  'encoding:from=utf-8,to=utf-16 encoding:from=utf-16,to=latin1',
);
test.serial('gzip there and back needs constant memory', testMemory, 'newline gzip:level=1 gunzip');
test.serial('zstd there and back needs constant memory', testMemory, 'zstd:level=1 unzstd');
