/**
 * Replaces values of some columns by their HMAC-SHA-256. The same value always becomes the same pseudonym, so tables can still be
 * joined; without the key nobody can try values out.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import { z } from 'zod';
import { SyncError } from '../../base/errors.ts';
import type { Transform } from '../transform.ts';
import { columnIndexes } from './columns.ts';
import { type DialectOptions, dialectOptions, distinctMarks } from './dialect.ts';
import { listOption, switchOption } from './option-schemas.ts';
import { DEFAULT_KEY_VARIABLE, keyFingerprint, readKey } from './secret-key.ts';
import { changedRows, csvOutput } from './table.ts';

export interface PseudonymiseOptions extends DialectOptions {
  readonly column: readonly string[];
  readonly 'key-env': string;
  readonly 'key-file'?: string | undefined;
  readonly context: string;
  readonly length: number;
  readonly prefix: string;
  readonly normalise: boolean;
  /** Tells keys apart; see `keyFingerprint`. */
  readonly keyFingerprint: string;
}

const options: z.ZodType<PseudonymiseOptions> = z
  .strictObject({
    ...dialectOptions,
    column: listOption('a column whose values become pseudonyms').refine(
      (columns) => columns.length > 0,
      'give at least one, as in column=email',
    ),
    'key-env': z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'give the name of an environment variable, never the key itself')
      .default(DEFAULT_KEY_VARIABLE)
      .describe('the environment variable that holds the key, of 32 bytes or more; NAME_FILE may name a file'),
    'key-file': z.string().min(1, 'give a path').optional().describe('the path of a file that holds the key'),
    context: z
      .string()
      .default('')
      .describe('pseudonyms of different contexts do not match: the same value gets another one'),
    length: z
      .string()
      .default('32')
      .refine((value) => /^\d+$/.test(value) && Number(value) >= 16 && Number(value) <= 64, 'give 16 to 64')
      .transform(Number)
      .describe('hexadecimal digits of a pseudonym, 16 to 64; with 16, some of 4 billion values share one'),
    prefix: z.string().default('').describe('the beginning of every pseudonym'),
    normalise: switchOption('treat values as equal that differ only in case, outer blanks or Unicode form', 'no'),
  })
  .check(distinctMarks)
  .transform((value, context) => {
    const key = readKey(value);
    if ('problem' in key) {
      context.addIssue({ code: 'custom', message: key.problem });
      return z.NEVER;
    }
    // Where a key comes from does not change the output.
    const { 'key-env': _variable, 'key-file': _file, ...rest } = value;
    return hidden(rest, value, keyFingerprint(key));
  });

type Rest = Omit<PseudonymiseOptions, 'key-env' | 'key-file' | 'keyFingerprint'>;

/** Not enumerable: neither a fingerprint nor a message shows where the key is. */
function hidden(rest: Rest, source: Pick<PseudonymiseOptions, 'key-env' | 'key-file'>, fingerprint: string) {
  const all = { ...rest, keyFingerprint: fingerprint };
  Object.defineProperty(all, 'key-env', { value: source['key-env'] });
  Object.defineProperty(all, 'key-file', { value: source['key-file'] });
  return all as PseudonymiseOptions;
}

export const pseudonymise: Transform<PseudonymiseOptions> = {
  name: 'pseudonymise',
  version: 2,
  summary:
    'the values of column=… (repeatable) become HMAC-SHA-256 pseudonyms, with a key from the environment; options: docs/guides/csv.md',
  example: 'pseudonymise:column=email,column=phone@customers/**/*.csv',
  options,
  apply: (input, options, file) =>
    changedRows(input, options, (table) => {
      const columns = columnIndexes(table, options.column);
      const pseudonym = pseudonyms(options);
      let changed = 0;
      return {
        ...csvOutput(table, table.dialect),
        change(row) {
          for (const column of columns) {
            const value = row[column] as string;
            // An empty value stays empty: there is nobody to hide, and it must not look like somebody.
            if (value === '') continue;
            row[column] = pseudonym(value);
            changed++;
          }
          return row;
        },
        async end() {
          file.note('values pseudonymised', changed);
        },
      };
    }),
};

function pseudonyms(options: PseudonymiseOptions): (value: string) => string {
  const key = readKey(options);
  if ('problem' in key) throw new SyncError(`pseudonymise: ${key.problem}`, { kind: 'permanent', reason: 'no-key' });
  if (keyFingerprint(key) !== options.keyFingerprint) {
    throw new SyncError('pseudonymise: the key was changed while this was running; run it again', {
      kind: 'transient',
      reason: 'key-changed',
    });
  }
  // Prepared once: 4 µs for a value instead of 26.
  const prepared = createSecretKey(key);
  const { context, length, prefix, normalise } = options;
  // The length separates context and value; without a context it is plain HMAC-SHA-256 of the value.
  const start = context === '' ? '' : `${context.length}:${context}:`;
  return (value) => {
    const same = normalise ? value.trim().normalize('NFC').toLowerCase() : value;
    return (
      prefix +
      createHmac('sha256', prepared)
        .update(start + same)
        .digest('hex')
        .slice(0, length)
    );
  };
}
