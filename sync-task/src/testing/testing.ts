/**
 * For authors of transforms: the promises of every transform, as a test. `testTransform(t, transform, cases)` takes the `t` of AVA,
 * `node:assert`, or anything else with `deepEqual`. For every case it proves that the output is the expected one in one piece, cut in
 * two at every place, in single bytes and cut at random; that a transform with `resume` resumes after every chunk of output; and
 * that memory stays constant over a long file.
 */
import { checked } from '../transform/own.ts';
import { type Assertions, type TransformCase, testCase } from './transform-case.ts';
import { testMemory } from './transform-memory.ts';

export type {
  BoundedFile,
  ByteStream,
  FileContext,
  ResumableRun,
  SavedState,
  Transform,
} from '../transform/transform.ts';
export type { Assertions, TransformCase } from './transform-case.ts';

/** @param exported what the module exports by default, before or after it was loaded as a transform */
export async function testTransform(t: Assertions, exported: unknown, cases: readonly TransformCase[]): Promise<void> {
  const transform = checked('under test', { default: exported });
  for (const each of cases) {
    const bytes = Buffer.from(each.input);
    const { same } = await testCase(t, transform, each);
    for (const sizes of waysToCut(bytes.length)) await same(sizes);
    if (each.output instanceof RegExp || bytes.length === 0) continue;
    await testMemory(t, transform, transform.options.parse(each.options ?? {}), bytes);
  }
}

const MOST_CUTS_IN_TWO = 200;

/** Sizes of the chunks one after the other; the rest is the last chunk. The same at every call. */
function* waysToCut(length: number): Generator<readonly number[]> {
  const step = Math.max(1, Math.ceil(length / MOST_CUTS_IN_TWO));
  for (let cut = 0; cut <= length; cut += step) yield [cut];
  yield Array.from({ length }, () => 1);
  yield Array.from({ length: 2 * length }, (_, index) => index % 2);
  let seed = 1;
  for (let time = 0; time < 20; time++) {
    yield Array.from({ length: Math.min(length, 100) }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor(seed / 65_536) % 8;
    });
  }
}
