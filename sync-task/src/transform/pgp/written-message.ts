/** What encrypting and signing share: the file becomes one OpenPGP message, in bytes or armored. */
import type { Message } from 'openpgp';
import type { Transform } from '../transform.ts';
import { remembered } from './keys.ts';
import { throughOpenpgp } from './web-stream.ts';

interface Writing<Options, Keys> {
  readonly loadKeys: (options: Options) => Promise<Keys>;
  /** The output of openpgp in this format. Its types don't know streams, so the result is whatever it returns. */
  write(message: Message<never>, options: Options, keys: Keys, format: never): Promise<unknown>;
  /** The message where openpgp fails. */
  readonly refusal: string;
}

export function writtenMessage<Options extends { readonly armor: boolean }, Keys>({
  loadKeys,
  write,
  refusal,
}: Writing<Options & object, Keys>): Pick<Transform<Options>, 'apply'> &
  Required<Pick<Transform<Options>, 'outputName' | 'prepare'>> {
  const keysOf = remembered(loadKeys);
  return {
    outputName: (name, { armor }) => `${name}.${armor ? 'asc' : 'pgp'}`,
    prepare: async (options) => void (await keysOf(options)),
    async *apply(input, options) {
      const { createMessage } = await import('openpgp');
      const keys = await keysOf(options);
      const format = (options.armor ? 'armored' : 'binary') as never;
      const written = async (binary: ReadableStream<Uint8Array>) => {
        const message = await createMessage({ binary: binary as never });
        return (await write(message, options, keys, format)) as ReadableStream<Uint8Array | string>;
      };
      yield* throughOpenpgp(input, written, refusal);
    },
  };
}
