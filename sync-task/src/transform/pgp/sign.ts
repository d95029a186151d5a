/** OpenPGP signing without encryption: the signed message holds the content. */
import { z } from 'zod';
import type { Transform } from '../transform.ts';
import { privateKeys } from './keys.ts';
import { armorOption, hasKey, keyHolders, keyOptions, noKey, passphraseHolder, passphraseOptions } from './options.ts';
import { writtenMessage } from './written-message.ts';

const options = z
  .strictObject({
    ...keyOptions('a file with a private key to sign with'),
    ...passphraseOptions,
    armor: armorOption,
  })
  .refine(hasKey, noKey('give a private key with key-file=… or key-env=…'));

type Options = z.output<typeof options>;

export const pgpSign: Transform<Options> = {
  name: 'pgp-sign',
  version: 1,
  summary: 'signs with OpenPGP; the result holds the content; the name gets .pgp, with armor=true .asc',
  details: 'The result is not encrypted: anybody can read it, and prove with the public key who signed it.',
  example: 'pgp-sign:key-env=SIGNING_KEY,passphrase-env=SIGNING_PASSPHRASE',
  options,
  ...writtenMessage({
    loadKeys: (given: Options) => privateKeys(keyHolders(given), passphraseHolder(given), 'sign'),
    async write(message, _given, signingKeys, format) {
      const { sign } = await import('openpgp');
      return sign({ message, signingKeys, format });
    },
    refusal: 'the file cannot be signed; look at the key',
  }),
};
