/** Writes every byte twice, and renames the file. */
import type { ByteStream } from '../../../src/transform/transform.ts';

async function* doubled(input: ByteStream): ByteStream {
  for await (const chunk of input) yield Buffer.from([...chunk].flatMap((byte) => [byte, byte]));
}

export default {
  name: 'double',
  version: 1,
  summary: 'every byte twice',
  outputName: (name: string) => `${name}.x2`,
  apply: doubled,
  resume: (input: ByteStream) => ({ output: doubled(input), save: () => null }),
};
