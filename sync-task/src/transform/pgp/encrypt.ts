/** OpenPGP encryption, with signatures where a private key is given, as a stream: memory does not grow with the file. */
import { z } from 'zod';
import type { Transform } from '../transform.ts';
import { privateKeys, publicKeys } from './keys.ts';
import {
  armorOption,
  fileOption,
  hasKey,
  holderOf,
  keyHolders,
  keyOptions,
  noKey,
  passphraseHolder,
  passphraseOptions,
  variableOption,
} from './options.ts';
import { writtenMessage } from './written-message.ts';

const options = z
  .strictObject({
    ...keyOptions('a file with the public key of a recipient'),
    'sign-key-file': fileOption.optional().describe('a file with a private key to sign with'),
    'sign-key-env': variableOption.optional().describe('an environment variable that holds one'),
    ...passphraseOptions,
    armor: armorOption,
    compress: z
      .enum(['none', 'zlib', 'zip'])
      .default('none')
      .describe("compresses first where every recipient's key accepts that"),
  })
  .refine(hasKey, noKey("give at least one recipient's key with key-file=… or key-env=…"));

type Options = z.output<typeof options>;

export const pgpEncrypt: Transform<Options> = {
  name: 'pgp-encrypt',
  version: 1,
  summary: 'encrypts with OpenPGP, and signs where a private key is given; the name gets .pgp, with armor=true .asc',
  details:
    'Every run makes other bytes, because every message has a key of its own. A new key under the same name processes no file again.',
  example: 'pgp-encrypt:key-file=/run/secrets/partner.asc',
  options,
  ...writtenMessage({
    loadKeys: async (given: Options) => ({
      encryptionKeys: await publicKeys(keyHolders(given), 'encrypt'),
      signingKeys: await privateKeys(
        holderOf(given['sign-key-file'], given['sign-key-env']),
        passphraseHolder(given),
        'sign',
      ),
    }),
    async write(message, { compress }, { encryptionKeys, signingKeys }, format) {
      const { encrypt, enums } = await import('openpgp');
      const preferredCompressionAlgorithm = enums.compression[compress === 'none' ? 'uncompressed' : compress];
      return encrypt({
        message,
        encryptionKeys,
        config: { preferredCompressionAlgorithm },
        ...(signingKeys.length > 0 ? { signingKeys } : {}),
        format,
      });
    },
    refusal: 'the file cannot be encrypted; look at the keys',
  }),
};
