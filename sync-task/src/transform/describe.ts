/** What a transform's options are, as its schema says: for messages, for `sync-task transforms` and for the documentation. */
import { z } from 'zod';
import type { Transform } from './transform.ts';

export interface DescribedOption {
  readonly name: string;
  /** What it does; empty where the schema does not say. */
  readonly describe: string;
  /** The words it can be; empty where that is open. */
  readonly choices: readonly string[];
  readonly default: string | undefined;
  readonly required: boolean;
}

/** In the schema's order; none where it can't be read, as that of another version of zod. */
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
    return {}; // A schema that can check but not be described.
  }
}

/** The transform as text for a terminal. */
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

/** One line for each. */
export function listTransforms(transforms: readonly Transform[]): string {
  const width = Math.max(...transforms.map(({ name }) => name.length));
  return `${transforms.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`).join('\n')}\n`;
}
