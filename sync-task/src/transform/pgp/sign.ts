/** OpenPGP signing without encryption: the signed message holds the content. */
import { z } from 'zod';
import type { Transform } from '../transform.ts';
import {
  armorOption,
  fileOption,
  filesOption,
  placesOf,
  privateKeys,
  remembered,
  variableOption,
  variablesOption,
} from './keys.ts';
import { throughOpenpgp } from './web-stream.ts';

const options = z
  .strictObject({
    'key-file': filesOption.describe('a file with a private key to sign with; repeatable'),
    'key-env': variablesOption.describe('an environment variable that holds one; repeatable'),
    'passphrase-file': fileOption.optional().describe('a file with the passphrase of the private key'),
    'passphrase-env': variableOption.optional().describe('an environment variable that holds it'),
    armor: armorOption,
  })
  .refine((given) => given['key-file'].length + given['key-env'].length > 0, {
    path: ['key-file'],
    message: 'give a private key with key-file=… or key-env=…',
  });

type Options = z.output<typeof options>;

const keysOf = remembered((given: Options) =>
  privateKeys(
    { files: given['key-file'], variables: given['key-env'] },
    placesOf(given['passphrase-file'], given['passphrase-env']),
    'sign',
  ),
);

export const pgpSign: Transform<Options> = {
  name: 'pgp-sign',
  version: 1,
  summary: 'signs with OpenPGP; the result holds the content; the name gets .pgp, with armor=true .asc',
  details: 'It is not encrypted: whoever has the file can read it, and prove with the public key who signed it.',
  example: 'pgp-sign:key-env=SIGNING_KEY,passphrase-env=SIGNING_PASSPHRASE',
  options,
  outputName: (name, { armor }) => `${name}.${armor ? 'asc' : 'pgp'}`,
  prepare: async (given) => void (await keysOf(given)),
  async *apply(input, given) {
    const { createMessage, sign } = await import('openpgp');
    const signingKeys = await keysOf(given);
    const signed = async (binary: ReadableStream<Uint8Array>) =>
      (await sign({
        message: await createMessage({ binary: binary as never }),
        signingKeys,
        format: (given.armor ? 'armored' : 'binary') as never,
      })) as unknown as ReadableStream<Uint8Array | string>;
    yield* throughOpenpgp(input, signed, 'the file cannot be signed; look at the key');
  },
};
