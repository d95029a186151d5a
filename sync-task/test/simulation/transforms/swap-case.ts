/** Keeps the length, so that sizes reveal nothing. */
import type { ByteStream } from '../../../src/transform/transform.ts';

async function* swapped(input: ByteStream): ByteStream {
  for await (const chunk of input) yield Buffer.from(chunk).map((byte) => byte ^ 0x20);
}

export default {
  name: 'swap-case',
  version: 1,
  summary: 'small letters become capitals, and capitals small',
  apply: swapped,
  resume: (input: ByteStream) => ({ output: swapped(input), save: () => null }),
};
