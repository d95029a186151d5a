import test from 'ava';
import { testTransform } from '../../src/testing/testing.ts';
import type { streamOf } from '../kit/transform.ts';

const recorder = () => {
  const problems: string[] = [];
  const deepEqual = (actual: unknown, expected: unknown, message = '') => {
    if (JSON.stringify(actual) !== JSON.stringify(expected)) problems.push(message);
  };
  return { problems, deepEqual };
};

const base = { name: 'probe', version: 1, summary: 'for tests' };
type Input = ReturnType<typeof streamOf>;

test('the template keeps its promises', async (t) => {
  const { default: upperCase } = await import('../../../examples/transforms/upper-case.js' as string);
  await testTransform(t, upperCase, [
    { input: 'ein Wört', output: 'EIN WöRT' },
    { options: { letters: 'xyz' }, input: 'a.xyz', output: 'a.XYZ' },
    { input: 'a\0b', output: /transform-refused: transform upper-case: a text has no NUL/ },
  ]);
});

test('a transform that sees chunk boundaries is found out', async (t) => {
  const recorded = recorder();
  async function* apply(input: Input) {
    for await (const chunk of input)
      yield Buffer.from(Buffer.from(chunk).toString('latin1').replaceAll('ab', '#'), 'latin1');
  }
  await testTransform(recorded, { ...base, apply }, [{ input: 'xaby', output: 'x#y' }]);
  t.regex(recorded.problems.join('\n'), /cut into 2, rest$/m);
});

test('a transform that forgets something in its saved state is found out', async (t) => {
  const recorded = recorder();
  /** Swaps pairs of bytes. The byte that waits for its other half is not saved. */
  async function* swapped(input: Input) {
    let waiting: number | undefined;
    for await (const chunk of input) {
      const output: number[] = [];
      for (const byte of chunk) {
        if (waiting === undefined) waiting = byte;
        else {
          output.push(byte, waiting);
          waiting = undefined;
        }
      }
      yield Buffer.from(output);
    }
    if (waiting !== undefined) yield Buffer.of(waiting);
  }
  const resume = (input: Input) => ({ output: swapped(input), save: () => null });
  await testTransform(recorded, { ...base, apply: swapped, resume }, [{ input: 'abcd', output: 'badc' }]);
  t.true(recorded.problems.length > 0 && recorded.problems.every((problem) => problem.includes('resumed')));
});

test('a transform that collects the file is found out', async (t) => {
  const recorded = recorder();
  async function* apply(input: Input) {
    const kept: Uint8Array[] = [];
    for await (const chunk of input) {
      kept.push(chunk);
      yield new Uint8Array(0);
    }
    yield Buffer.concat(kept);
  }
  await testTransform(recorded, { ...base, apply }, [{ input: 'abc', output: 'abc' }]);
  t.regex(recorded.problems.join('\n'), /probe holds \d+ bytes more/);
});
