/** One row of input and output: the output must be the same for every way of cutting the input, resumed or not. */
import type { Transform } from '../transform/transform.ts';
import { appliedOutcome, pieces, type RunOutcome, resumedOutcome } from './transform-runs.ts';

export interface TransformCase {
  /** As in a setting, before the transform's schema has checked them. */
  readonly options?: Readonly<Record<string, string | readonly string[]>>;
  /** Text stands for its UTF-8. */
  readonly input: string | Uint8Array;
  /** The output, or a pattern that the message of the refusal matches. */
  readonly output: string | Uint8Array | RegExp;
  /** The side files that it writes, by suffix. */
  readonly asides?: Readonly<Record<string, string>>;
}

export interface Assertions {
  deepEqual(actual: unknown, expected: unknown, message?: string): unknown;
}

/** Asserts that the input in one piece gives the expected output. Returns the same question for other ways to cut it. */
export async function testCase<Options>(
  t: Assertions,
  transform: Transform<Options>,
  { options = {}, input, output, asides = {} }: TransformCase,
): Promise<{ same(sizes: readonly number[]): Promise<void> }> {
  const bytes = Buffer.from(input);
  const parsed = transform.options.parse(options);
  const title = `${transform.name} ${JSON.stringify(options)} of ${JSON.stringify(bytes.toString('latin1').slice(0, 60))}`;
  const whole: RunOutcome = await appliedOutcome(transform, parsed, [bytes]);
  if (output instanceof RegExp)
    t.deepEqual(output.test(whole.refused ?? ''), true, `${title}: ${whole.refused ?? 'not refused'}`);
  else t.deepEqual(whole, { bytes: latin1(output), asides: allLatin1(asides) }, title);
  return {
    async same(sizes) {
      const cut = `${title}, cut into ${sizes.slice(0, 20).join(', ')}, rest`;
      const chunks = pieces(bytes, sizes);
      t.deepEqual(await appliedOutcome(transform, parsed, chunks), whole, cut);
      if (transform.resume) t.deepEqual(await resumedOutcome(transform, parsed, chunks), whole, `${cut}, resumed`);
    },
  };
}

function latin1(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function allLatin1(asides: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asides).map(([suffix, text]) => [suffix, latin1(text)]));
}
