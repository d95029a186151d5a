/** Every transform there is. To add one: one file beside this one, one line here. */
import { csvClean } from './csv-clean.ts';
import { csvToJsonl } from './csv-to-jsonl.ts';
import { csvValidate } from './csv-validate.ts';
import { dedup } from './dedup.ts';
import { jsonlToCsv } from './jsonl-to-csv.ts';
import { mask } from './mask.ts';
import { pseudonymise } from './pseudonymise.ts';
import { replaceWhitespace } from './replace-whitespace.ts';
import type { Transform } from './transform.ts';

export const transforms: readonly Transform[] = [
  csvClean, //
  csvToJsonl,
  csvValidate,
  dedup,
  jsonlToCsv,
  mask,
  pseudonymise,
  replaceWhitespace,
];
