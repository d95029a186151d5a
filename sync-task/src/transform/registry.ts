/** Every transform there is. To add one: one file beside this one, one line here. */
import { csvClean } from './csv-clean.ts';
import { csvToJsonl } from './csv-to-jsonl.ts';
import { csvValidate } from './csv-validate.ts';
import { dedup } from './dedup.ts';
import { encoding } from './encoding.ts';
import { gunzip, gzip } from './gzip.ts';
import { jsonlToCsv } from './jsonl-to-csv.ts';
import { mask } from './mask.ts';
import { newline } from './newline.ts';
import { pgpDecrypt } from './pgp/decrypt.ts';
import { pgpEncrypt } from './pgp/encrypt.ts';
import { pgpSign } from './pgp/sign.ts';
import { pseudonymise } from './pseudonymise.ts';
import { replaceWhitespace } from './replace-whitespace.ts';
import type { Transform } from './transform.ts';
import { unzstd, zstd } from './zstd.ts';

export const transforms: readonly Transform[] = [
  csvClean,
  csvToJsonl,
  csvValidate,
  dedup,
  encoding,
  gunzip,
  gzip,
  jsonlToCsv,
  mask,
  newline,
  pgpDecrypt,
  pgpEncrypt,
  pgpSign,
  pseudonymise,
  replaceWhitespace,
  unzstd,
  zstd,
];
