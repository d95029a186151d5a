/** How a file writes its records: what every transform of CSV can be told. */
import { z } from 'zod';
import { bytesOption } from './option-schemas.ts';

/** One record's fields. */
export type Row = string[];

export interface DialectOptions {
  /** One character; undefined: found out from the file's beginning. */
  readonly delimiter: string | undefined;
  /** One character; undefined: quotes mean nothing. */
  readonly quote: string | undefined;
  readonly quotes: 'strict' | 'relaxed';
  readonly header: 'first' | 'none';
  readonly ragged: 'refuse' | 'pad';
  readonly nul: 'refuse' | 'remove' | 'keep';
  readonly 'max-record-bytes': number;
  /** Lines before the header, or the first row. */
  readonly 'skip-lines'?: number | undefined;
  /** What lines begin with that are no rows. */
  readonly comment?: string | undefined;
}

/** With nothing left to find out. */
export interface Dialect extends DialectOptions {
  readonly delimiter: string;
}

const delimiterNames: Readonly<Record<string, string>> = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' };

function character(names: Readonly<Record<string, string>>, expected: string) {
  return (value: string, context: z.RefinementCtx): string => {
    const found = Object.hasOwn(names, value) ? (names[value] as string) : value;
    if (found.length === 1 && !/[\r\n\0\ufeff\ud800-\udfff]/.test(found)) return found;
    context.addIssue({ code: 'custom', message: `give ${expected}` });
    return z.NEVER;
  };
}

const delimiterCharacter = character(delimiterNames, 'comma, semicolon, tab, pipe or one character');
const quoteCharacter = character({ double: '"', single: "'" }, 'double, single, none or one character');

/** `comma`, `semicolon`, `tab`, `pipe` or any character that is one UTF-16 unit. */
export const delimiterText = z.string().transform(delimiterCharacter);

/** To be spread into a transform's own options. */
export const dialectOptions = {
  delimiter: z
    .string()
    .default('auto')
    .transform((value, context) => (value === 'auto' ? undefined : delimiterCharacter(value, context)))
    .describe('what stands between fields: auto (found out), comma, semicolon, tab, pipe or one character'),
  quote: z
    .string()
    .default('double')
    .transform((value, context) => (value === 'none' ? undefined : quoteCharacter(value, context)))
    .describe('what encloses a field: double, single, none or one character; doubled inside of a field'),
  quotes: z
    .enum(['strict', 'relaxed'])
    .default('strict')
    .describe(
      'a quote inside of a quoted field that is not doubled: refuse the file, or take it as text, within one line; relaxed also takes blanks behind a closing quote',
    ),
  header: z.enum(['first', 'none']).default('first').describe('the first row names the columns, or none does: 1, 2, …'),
  ragged: z
    .enum(['refuse', 'pad'])
    .default('refuse')
    .describe('rows with too few or too many fields: refuse the file, or add and cut off empty fields'),
  nul: z.enum(['refuse', 'remove', 'keep']).default('refuse').describe('what to do about NUL characters'),
  'max-record-bytes': bytesOption('a longer record refuses the file', '1MiB', 64 * 1024 ** 2),
  'skip-lines': z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'give a number of lines, 1 to 9999')
    .transform(Number)
    .optional()
    .describe('lines at the beginning that are left out, such as a title'),
  comment: z
    .string()
    .min(1, 'give what such lines begin with')
    .max(8, 'give 8 characters at most')
    .regex(/^[^\r\n]*$/, 'it has no end of a line')
    .optional()
    .describe('what lines begin with that are left out, such as #'),
};

/** For a schema's `check`. */
export function distinctMarks({
  value,
  issues,
}: z.core.ParsePayload<Pick<DialectOptions, 'delimiter' | 'quote'>>): void {
  if (value.quote === undefined || value.delimiter !== value.quote) return;
  issues.push({ code: 'custom', path: ['quote'], input: undefined, message: 'it is the delimiter too' });
}
