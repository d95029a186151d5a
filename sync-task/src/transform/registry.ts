/** Every built-in transform. To add one: a file below this folder, and one line here. */

import { gunzip, gzip } from './compression/gzip.ts';
import { unzstd, zstd } from './compression/zstd.ts';
import { pgpDecrypt } from './pgp/decrypt.ts';
import { pgpEncrypt } from './pgp/encrypt.ts';
import { pgpSign } from './pgp/sign.ts';
import { csvClean } from './records/csv-clean.ts';
import { csvToJsonl } from './records/csv-to-jsonl.ts';
import { csvValidate } from './records/csv-validate.ts';
import { dedup } from './records/dedup.ts';
import { jsonlToCsv } from './records/jsonl-to-csv.ts';
import { pseudonymise } from './records/pseudonymise.ts';
import { encoding } from './text/encoding.ts';
import { mask } from './text/mask.ts';
import { newline } from './text/newline.ts';
import { replaceWhitespace } from './text/replace-whitespace.ts';
import type { Transform } from './transform.ts';

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
