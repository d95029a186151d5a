/**
 * A transform of your own: copy this file, change it, and use it as
 *
 *     sync-task sync … --transform './upper-case.js:letters=abc@*.txt'
 *
 * Rules: the output depends on the bytes alone, never on how they were cut into chunks; memory is bounded; a chunk may be
 * changed in place. Throw an Error to refuse a file: the others go on. Raise `version` when the output changes.
 */
const start = ({ letters }, saved) => {
  const table = Uint8Array.from({ length: 256 }, (_, byte) =>
    letters.includes(String.fromCharCode(byte)) ? byte - 0x20 : byte,
  );
  let changed = saved?.changed ?? 0;
  return {
    push(chunk) {
      for (const [index, byte] of chunk.entries()) {
        if (byte === 0) throw new Error(`a text has no NUL; this one does, after ${changed} changed letters`);
        if (table[byte] !== byte) changed++;
        chunk[index] = table[byte];
      }
      return chunk;
    },
    save: () => ({ changed }),
  };
};

async function* run(input, steps) {
  for await (const chunk of input) yield steps.push(chunk);
}

export default {
  name: 'upper-case',
  version: 1,
  summary: 'the letters that are named become upper case',
  example: './upper-case.js:letters=abc@*.txt',
  /** zod is handed in, so that a single file needs no packages. */
  options: (z) =>
    z.strictObject({
      letters: z
        .string()
        .regex(/^[a-z]+$/, 'letters from a to z')
        .default('abcdefghijklmnopqrstuvwxyz')
        .describe('which letters'),
    }),
  apply: (input, options) => run(input, start(options)),
  /** Leave this out if the transform can't go on in the middle of a file: it is then done from the beginning. */
  resume(input, options, saved) {
    const steps = start(options, saved);
    return { output: run(input, steps), save: steps.save };
  },
};
