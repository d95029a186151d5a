/** A transform's options as its schema describes them: for messages, `sync-task transforms` and the documentation. */
import { z } from 'zod';
import type { Transform } from './transform.ts';

export interface DescribedOption {
  readonly name: string;
  /** Empty where the schema has no description. */
  readonly describe: string;
  /** The allowed words; empty where any text is allowed. */
  readonly choices: readonly string[];
  readonly default: string | undefined;
  readonly required: boolean;
}

/** In the schema's order. Empty where the schema can't be read, such as one of another version of zod. */
export function optionsOf(transform: Transform): DescribedOption[] {
  const { properties = {}, required = [] } = jsonSchemaOf(transform);
  return Object.entries(properties).map(([name, property]) => {
    const { description = '', enum: choices = [], default: standard } = property;
    return {
      name,
      describe: description,
      choices: choices.map(String),
      default: standard === undefined ? undefined : String(standard),
      required: required.includes(name),
    };
  });
}

interface ObjectSchema {
  readonly properties?: Readonly<
    Record<string, { readonly description?: string; readonly enum?: readonly unknown[]; readonly default?: unknown }>
  >;
  readonly required?: readonly string[];
}

function jsonSchemaOf(transform: Transform): ObjectSchema {
  try {
    return z.toJSONSchema(transform.options, { io: 'input', unrepresentable: 'any' }) as ObjectSchema;
  } catch {
    return {}; // A schema that checks but can't be described.
  }
}

/** A transform as text for a terminal. */
export function describeTransform(transform: Transform): string {
  const options = optionsOf(transform);
  const width = Math.max(0, ...options.map(({ name }) => name.length));
  const lines = options.map((option) => `  ${option.name.padEnd(width)}  ${describeOption(option)}`);
  const { name, version, summary, details, example } = transform;
  return [
    `${name} (version ${version}): ${summary}`,
    ...(details === undefined ? [] : ['', details.replaceAll('`', '')]),
    ...(lines.length === 0 ? ['', 'It has no options.'] : ['', 'Options:', ...lines]),
    '',
    `Example: --transform '${example}'`,
    '',
  ].join('\n');
}

function describeOption({ describe, choices, default: standard, required }: DescribedOption): string {
  const notes = [
    choices.length > 0 ? `[${choices.join('|')}]` : '',
    standard === undefined || standard === '' ? '' : `[default: ${standard}]`,
    required ? '[required]' : '',
  ];
  return [describe, ...notes].filter((part) => part !== '').join(' ');
}

/** One line for each transform. */
export function listTransforms(transforms: readonly Transform[]): string {
  const width = Math.max(...transforms.map(({ name }) => name.length));
  return `${transforms.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`).join('\n')}\n`;
}

/** All transforms as a page of Markdown. */
export function transformsPage(transforms: readonly Transform[]): string {
  const contents = transforms.map(({ name, summary }) => `- [${name}](#${name}): ${inMarkdown(summary)}`);
  const sections = transforms.map((transform) => {
    const { name, summary, details, example } = transform;
    const rows = optionsOf(transform).map(
      (option) => `| \`${option.name}\` | ${inMarkdown(option.describe)} | ${valuesOf(option)} |`,
    );
    const table =
      rows.length === 0
        ? ['It has no options.']
        : ['| option | what it does | values |', '| --- | --- | --- |', ...rows];
    const resumes = transform.resume
      ? 'It resumes in the middle of a file.'
      : 'A broken transfer starts the file again.';
    return [
      `## ${name}`,
      '',
      `${inMarkdown(summary[0]?.toUpperCase() + summary.slice(1))}. ${resumes}`,
      ...(details === undefined ? [] : ['', details]),
      '',
      ...table,
      '',
      '```sh',
      `--transform '${example}'`,
      '```',
      '',
    ].join('\n');
  });
  return [pageHead, ...contents, '', ...sections].join('\n');
}

function valuesOf({ choices, default: standard, required }: DescribedOption): string {
  const words = choices.map((choice) => `\`${choice}\``).join(', ');
  const fallback = standard === undefined || standard === '' ? '' : `default \`${standard}\``;
  return [words, fallback, required ? 'required' : ''].filter((part) => part !== '').join('; ');
}

function inMarkdown(text: string): string {
  return text.replaceAll('|', '\\|').replace(/(?<!`)\*(?!`)/g, '\\*');
}

const pageHead = `# Transforms

Written by \`npm run docs:transforms\` from the transforms themselves; \`sync-task transforms NAME\` prints the same.

A transform changes a file on its way, in constant memory. Its output depends on the bytes alone, never on how they arrive in chunks.
\`--transform NAME:OPTION=VALUE,…@GLOB\` is repeatable; transforms apply in the order given. Bad input (invalid text, a damaged
archive) refuses that file by name, and the others go on. A file's fingerprint holds its transforms with their versions and options: a
changed rule processes exactly the files again that it applies to. A transform may rename the file at the target (\`a.csv.gz\` →
\`a.csv\`); of two files with the same new name, the second listed is refused. When a changed rule changes names, the files under the
old names stay.

How they compare with other tools: [conformance](reference/conformance.md).

Your own: \`--transform ./my-transform.js\`, or the name of an installed package. [upper-case.js](../examples/transforms/upper-case.js) is a
template, and \`testTransform\` from \`sync-task/testing\` [proves](../examples/transforms/upper-case.test.js) that it does not
depend on chunks, that its memory is constant and that it resumes in the middle of a file.
`;
