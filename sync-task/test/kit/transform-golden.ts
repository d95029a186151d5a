/** Files from the world, written out again by hand: `NAME.csv` must become `NAME.expected.csv`, byte for byte. */
import { readFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import type { Transform } from '../../src/transform/transform.ts';
import { type RawOptions, testTransform } from './transform.ts';

const folder = new URL('../golden/', import.meta.url);

export function goldenFile(name: string): Buffer {
  return readFileSync(new URL(name, folder));
}

/** `name` is a path below `test/golden/`, without what follows the first dot. */
export async function testGolden<Options>(
  t: ExecutionContext,
  transform: Transform<Options>,
  name: string,
  options: RawOptions,
): Promise<void> {
  const row = { input: goldenFile(`${name}.csv`), output: goldenFile(`${name}.expected.csv`) };
  await testTransform(t, transform, options, [row]);
}
