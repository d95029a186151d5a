/** OpenPGP encryption, and signing with it, as a stream: memory does not grow with the file. */
import { z } from 'zod';
import type { Transform } from '../transform.ts';
import {
  armorOption,
  fileOption,
  filesOption,
  placesOf,
  privateKeys,
  publicKeys,
  remembered,
  variableOption,
  variablesOption,
} from './keys.ts';
import { throughOpenpgp } from './web-stream.ts';

const options = z
  .strictObject({
    'key-file': filesOption.describe('a file with the public key of a recipient; repeatable'),
    'key-env': variablesOption.describe('an environment variable that holds one; repeatable'),
    'sign-key-file': fileOption.optional().describe('a file with a private key to sign with'),
    'sign-key-env': variableOption.optional().describe('an environment variable that holds one'),
    'passphrase-file': fileOption.optional().describe('a file with the passphrase of the private key'),
    'passphrase-env': variableOption.optional().describe('an environment variable that holds it'),
    armor: armorOption,
    compress: z
      .enum(['none', 'zlib', 'zip'])
      .default('none')
      .describe("compresses before, where every recipient's key says that it takes that; otherwise not"),
  })
  .refine((given) => given['key-file'].length + given['key-env'].length > 0, {
    path: ['key-file'],
    message: "give at least one recipient's key with key-file=… or key-env=…",
  });

type Options = z.output<typeof options>;

const keysOf = remembered(async (given: Options) => ({
  encryptionKeys: await publicKeys({ files: given['key-file'], variables: given['key-env'] }, 'encrypt'),
  signingKeys: await privateKeys(
    placesOf(given['sign-key-file'], given['sign-key-env']),
    placesOf(given['passphrase-file'], given['passphrase-env']),
    'sign',
  ),
}));

export const pgpEncrypt: Transform<Options> = {
  name: 'pgp-encrypt',
  version: 1,
  summary: 'encrypts with OpenPGP, and signs where a private key is given; the name gets .pgp, with armor=true .asc',
  details:
    'Every run makes other bytes, because every message has a key of its own. A key that is replaced under the same name re-processes nothing.',
  example: 'pgp-encrypt:key-file=/run/secrets/partner.asc',
  options,
  outputName: (name, { armor }) => `${name}.${armor ? 'asc' : 'pgp'}`,
  prepare: async (given) => void (await keysOf(given)),
  async *apply(input, given) {
    const { createMessage, encrypt, enums } = await import('openpgp');
    const preferredCompressionAlgorithm =
      enums.compression[given.compress === 'none' ? 'uncompressed' : given.compress];
    const { encryptionKeys, signingKeys } = await keysOf(given);
    const encrypted = async (binary: ReadableStream<Uint8Array>) =>
      (await encrypt({
        message: await createMessage({ binary: binary as never }),
        encryptionKeys,
        config: { preferredCompressionAlgorithm },
        ...(signingKeys.length > 0 ? { signingKeys } : {}),
        format: (given.armor ? 'armored' : 'binary') as never,
      })) as unknown as ReadableStream<Uint8Array | string>;
    yield* throughOpenpgp(input, encrypted, 'the file cannot be encrypted; look at the keys');
  },
};
