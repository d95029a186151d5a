/** How a file writes its records: the options that every transform of CSV has. */
import { z } from 'zod';
import { bytesOption } from './option-schemas.ts';

/** One record's fields. */
export type Row = string[];

export interface DialectOptions {
  /** One character; undefined: detected from the file's beginning. */
  readonly delimiter: string | undefined;
  /** One character; undefined: quotes mean nothing. */
  readonly quote: string | undefined;
  readonly quotes: 'strict' | 'relaxed';
  /** Undefined: a quote is written twice, and a backslash is text. */
  readonly escape?: 'double' | 'backslash';
  readonly header: 'first' | 'none';
  readonly ragged: 'refuse' | 'pad';
  readonly nul: 'refuse' | 'remove' | 'keep';
  readonly 'max-record-bytes': number;
  /** Lines before the header, or before the first row. */
  readonly 'skip-lines'?: number | undefined;
  /** The beginning of comment lines. */
  readonly comment?: string | undefined;
  /** Rows at the end that hold no data. */
  readonly 'skip-footer'?: number | undefined;
  /** The beginning of each of them. */
  readonly footer?: string | undefined;
  /** The number of the field in the first of them that holds the number of rows. */
  readonly 'footer-count'?: number | undefined;
}

/** With nothing left to detect. */
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

/** To spread into a transform's options. */
export const dialectOptions = {
  delimiter: z
    .string()
    .default('auto')
    .transform((value, context) => (value === 'auto' ? undefined : delimiterCharacter(value, context)))
    .describe('the character between fields: auto (detected), comma, semicolon, tab, pipe or one character'),
  quote: z
    .string()
    .default('double')
    .transform((value, context) => (value === 'none' ? undefined : quoteCharacter(value, context)))
    .describe('the character around a field: double, single, none or one character; written twice inside a field'),
  quotes: z
    .enum(['strict', 'relaxed'])
    .default('strict')
    .describe(
      'a quote that is not doubled inside a quoted field: refuse the file, or take it as text, within one line; relaxed also accepts blanks after a closing quote',
    ),
  escape: z
    .enum(['double', 'backslash'])
    .default('double')
    .describe(
      'how a quote is written inside a quoted field: twice, or also after a backslash, which then escapes quotes, delimiters and itself in any field; the output has it twice',
    ),
  header: z
    .enum(['first', 'none'])
    .default('first')
    .describe('the first row names the columns, or none does and they are 1, 2, …'),
  ragged: z
    .enum(['refuse', 'pad'])
    .default('refuse')
    .describe('rows with too few or too many fields: refuse the file, or add and cut empty fields'),
  nul: z.enum(['refuse', 'remove', 'keep']).default('refuse').describe('NUL characters'),
  'max-record-bytes': bytesOption('a longer record refuses the file', '1MiB', 64 * 1024 ** 2),
  'skip-lines': z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'give a number of lines, 1 to 9999')
    .transform(Number)
    .optional()
    .describe('how many lines to skip at the beginning, such as a title'),
  comment: z
    .string()
    .min(1, 'give what such lines begin with')
    .max(8, 'give 8 characters at most')
    .regex(/^[^\r\n]*$/, 'it has no end of a line')
    .optional()
    .describe('skip lines that begin with this, such as #'),
  'skip-footer': z
    .string()
    .regex(/^([1-9]|1\d|20)$/, 'give a number of rows, 1 to 20')
    .transform(Number)
    .optional()
    .describe('how many rows to skip at the end, such as a trailer; a file without them is refused'),
  footer: z
    .string()
    .min(1, 'give what the first field of such rows begins with')
    .optional()
    .describe('the beginning of the first field of each row at the end, such as TRAILER; any other refuses the file'),
  'footer-count': z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'give the number of a field, from 1')
    .transform(Number)
    .optional()
    .describe(
      'the field, counted from 1, of the first row at the end that holds the number of rows without header and footer; another number refuses the file',
    ),
};

/** For a schema's `check`. */
export function distinctMarks({ value, issues }: z.core.ParsePayload<DialectOptions>): void {
  const wrong = (path: string, message: string) =>
    issues.push({ code: 'custom', path: [path], input: undefined, message });
  if (value.quote !== undefined && value.delimiter === value.quote) wrong('quote', 'it is the delimiter too');
  if (value.escape === 'backslash' && [value.delimiter, value.quote].includes('\\'))
    wrong('escape', 'the backslash is the delimiter or the quote');
  if (value['skip-footer'] !== undefined) return;
  for (const name of ['footer', 'footer-count'] as const)
    if (value[name] !== undefined) wrong(name, 'say skip-footer=1 with it');
}
