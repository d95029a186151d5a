/** The rules of `csv-validate`, from a YAML file. They are plain data: their content is part of a file's fingerprint. */
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { BadPattern } from '../text/pattern/parse.ts';
import { linearPattern } from '../text/pattern/pattern.ts';
import { isPoint } from './value-types.ts';

const bound = z.union([z.number(), z.string()]);

const columnRule = z
  .strictObject({
    type: z.enum(['text', 'integer', 'number', 'boolean', 'date', 'timestamp']).default('text'),
    required: z.boolean().default(false),
    unique: z.boolean().default(false),
    min: bound.optional(),
    max: bound.optional(),
    'min-length': z.int().min(0).optional(),
    'max-length': z.int().min(0).optional(),
    pattern: z.string().optional(),
    'one-of': z
      .array(z.union([z.string(), z.number(), z.boolean()]).transform(String))
      .min(1)
      .optional(),
  })
  .check(({ value, issues }) => {
    const refuse = (path: string, message: string) =>
      issues.push({ code: 'custom', path: [path], input: undefined, message });
    for (const name of ['min', 'max'] as const) {
      const limit = value[name];
      if (limit !== undefined && !isPoint(value.type, limit)) {
        refuse(
          name,
          `${value.type} has no such bound: give a number for numbers (quoted with more than 15 digits), a quoted day or time for those`,
        );
      }
    }
    const problem = value.pattern === undefined ? undefined : patternProblem(value.pattern);
    if (problem !== undefined) refuse('pattern', problem);
  });

export type ColumnRule = z.output<typeof columnRule>;

const schema = z
  .strictObject({
    columns: z.record(
      z.string().min(1),
      z.preprocess((value) => value ?? {}, columnRule),
    ),
    unique: z.array(z.array(z.string()).min(1)).default([]),
    'other-columns': z.enum(['refuse', 'allow']).default('refuse'),
  })
  .check(({ value, issues }) => {
    for (const name of value.unique.flat()) {
      if (Object.hasOwn(value.columns, name)) continue;
      const message = `${JSON.stringify(name)} is none of the columns`;
      issues.push({ code: 'custom', path: ['unique'], input: undefined, message });
    }
  });

export type Schema = z.output<typeof schema>;

/** What is wrong with a pattern. */
function patternProblem(source: string): string | undefined {
  try {
    linearPattern(source, false);
    return undefined;
  } catch (error) {
    if (error instanceof BadPattern) return error.message;
    throw error;
  }
}

/** The option `schema`: replaces the path of the file by its content. */
export const schemaOption = z
  .string('give the path of a schema, as in schema=orders.yaml')
  .min(1, 'give the path of a schema, as in schema=orders.yaml')
  .transform((file, context): Schema => {
    const found = readSchema(file);
    if (typeof found !== 'string') return found;
    context.addIssue({ code: 'custom', message: `${file}: ${found}` });
    return z.NEVER;
  })
  .describe('the path of the YAML file with the rules');

/** The rules, or what is wrong with them. */
function readSchema(file: string): Schema | string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return `it cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`;
  }
  const document = parseDocument(text);
  if (document.errors[0]) return document.errors[0].message.split('\n')[0] ?? 'it is no YAML';
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
}
