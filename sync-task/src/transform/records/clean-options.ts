/** The options of `csv-clean`. */
import { z } from 'zod';
import { type DialectOptions, delimiterText, dialectOptions, distinctMarks } from './dialect.ts';
import { listOption, switchOption } from './option-schemas.ts';
import { dayReader } from './values.ts';

export interface CleanOptions extends DialectOptions {
  readonly 'to-delimiter'?: string | undefined;
  readonly names: 'snake_case' | 'keep';
  readonly rename: readonly (readonly [from: string, to: string])[];
  readonly select: readonly string[];
  readonly drop: readonly string[];
  readonly trim: boolean;
  readonly null: readonly string[];
  readonly lower: readonly string[];
  readonly upper: readonly string[];
  readonly number: readonly string[];
  readonly decimal: '.' | ',';
  readonly truth: readonly string[];
  readonly date: readonly string[];
  readonly 'date-format': readonly string[];
  readonly invalid: 'refuse' | 'empty' | 'keep';
}

export const cleanOptions: z.ZodType<CleanOptions> = z
  .strictObject({
    ...dialectOptions,
    'to-delimiter': delimiterText.optional().describe('the delimiter to write; default: the one that was read'),
    names: z.enum(['snake_case', 'keep']).default('snake_case').describe('the form of column names'),
    rename: listOption('OLD:NEW, a new name for a column')
      .pipe(z.array(z.string().regex(/^[^:]+:[^:]+$/, 'write OLD:NEW')))
      .transform((pairs) => pairs.map((pair) => pair.split(':') as [string, string])),
    select: listOption('a column to keep, in this order; default: all'),
    drop: listOption('a column to drop'),
    trim: switchOption('remove blanks around values', 'yes'),
    null: listOption('a value that means none, such as NULL or n/a: it becomes empty'),
    lower: listOption('a column to write in lower case'),
    upper: listOption('a column to write in upper case'),
    number: listOption('a column of numbers: written with a point and without thousands separators'),
    decimal: z
      .enum(['point', 'comma'])
      .default('point')
      .transform((name) => (name === 'point' ? '.' : ','))
      .describe('the decimal mark of the numbers in the file'),
    truth: listOption('a column of yes/no, y/n, 1/0, t/f, on/off: written as true and false'),
    date: listOption('a column of days or times: written as 2026-11-21 or 2026-11-21T07:05:00'),
    'date-format': listOption(
      'the format of days in the file, of YYYY YY MM M DD D HH H mm ss, such as DD.MM.YYYY; the first that fits',
    )
      .transform((formats) => (formats.length === 0 ? ['YYYY-MM-DD'] : formats))
      .pipe(
        z.array(z.string().refine((format) => dayReader(format) !== undefined, 'it needs YYYY, MM and DD, each once')),
      ),
    invalid: z
      .enum(['refuse', 'empty', 'keep'])
      .default('refuse')
      .describe('a value that should be a number, truth or day and is not: refuse the file, make it empty, keep it'),
  })
  .check(distinctMarks)
  .check(({ value, issues }) => {
    const refuse = (path: string, message: string) =>
      issues.push({ code: 'custom', path: [path], input: undefined, message });
    if (value.select.length > 0 && value.drop.length > 0) refuse('drop', 'give either select or drop');
    if (new Set(value.select).size < value.select.length) refuse('select', 'it names a column twice');
    const typed = [...value.number, ...value.truth, ...value.date];
    if (new Set(typed).size < typed.length) refuse('number', 'a column can be one of number, truth and date, once');
    if (value.lower.some((name) => value.upper.includes(name))) refuse('lower', 'a column can be lower or upper');
    if ((value['to-delimiter'] ?? value.delimiter) === value.quote) refuse('quote', 'it is the delimiter too');
  });
