/** Every transform there is. To add one: one file beside this one, one line here. */
import { encoding } from './encoding.ts';
import { gunzip, gzip } from './gzip.ts';
import { mask } from './mask.ts';
import { newline } from './newline.ts';
import { pgpDecrypt } from './pgp/decrypt.ts';
import { pgpEncrypt } from './pgp/encrypt.ts';
import { pgpSign } from './pgp/sign.ts';
import { replaceWhitespace } from './replace-whitespace.ts';
import type { Transform } from './transform.ts';
import { unzstd, zstd } from './zstd.ts';

export const transforms: readonly Transform[] = [
  encoding, //
  gunzip,
  gzip,
  mask,
  newline,
  pgpDecrypt,
  pgpEncrypt,
  pgpSign,
  replaceWhitespace,
  unzstd,
  zstd,
];
