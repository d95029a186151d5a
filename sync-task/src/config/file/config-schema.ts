/** The JSON schema of the file of `--config`, for editors. */

import type { Option } from '../options/option.ts';
import { optionNames, optionOf } from '../options/options.ts';
import { airflowBlocks, airflowKeys } from './airflow-keys.ts';

type Schema = Readonly<Record<string, unknown>>;

export function configSchema(): Schema {
  const options = optionNames.flatMap((name) => {
    const schema = schemaOf(optionOf(name));
    const camel = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    return [[name, schema], ...(camel === name ? [] : [[camel, schema]])];
  });
  const byOption = new Map(optionNames.map((name) => [name as string, schemaOf(optionOf(name))]));
  const blocks = Object.entries(airflowBlocks).map(([block, keys]) => {
    if (keys === 'list') return [block, byOption.get(block.slice(0, -1)) ?? {}];
    if (keys === 'options' || block === 'gates') return [block, { type: 'object' }];
    const properties = Object.entries(keys).map(([key, option]) => [key, byOption.get(option) ?? {}]);
    return [block, { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) }];
  });
  const airflow = airflowKeys.map((key) => [key, { description: 'Read by Airflow alone.' }]);
  const pipeline = Object.fromEntries([...options, ...blocks, ...airflow]);
  for (const name of ['source', 'target', 'state']) {
    pipeline[name] = { ...pipeline[name], type: ['string', 'object'] };
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The file of sync-task --config',
    $ref: '#/$defs/pipeline',
    properties: {
      pipelines: {
        type: 'object',
        description: 'Several pipelines by name, chosen by --pipeline; what stands beside them holds for all.',
        additionalProperties: { $ref: '#/$defs/pipeline', unevaluatedProperties: false },
      },
    },
    unevaluatedProperties: false,
    $defs: { pipeline: { type: ['object', 'null'], properties: pipeline } },
  };
}

function schemaOf(option: Option): Schema {
  const description = option.describe;
  const described = option.default === undefined ? { description } : { description, default: option.default };
  switch (option.kind) {
    case 'flag':
      return { ...described, type: ['boolean', 'string'] };
    case 'count':
      return { ...described, type: ['integer', 'string'] };
    case 'bytes':
      return { ...described, type: ['integer', 'string'] };
    case 'choice':
      return { ...described, enum: option.choices };
    case 'list':
      return { ...described, type: ['array', 'string'], items: { type: ['string', 'number', 'object'] } };
    default:
      return { ...described, type: ['string', 'number', 'boolean'] };
  }
}
