import { readFileSync } from 'node:fs';
import test from 'ava';
import { z } from 'zod';
import { transforms } from '../../../src/transform/registry.ts';

const guide = readFileSync(new URL('../../../../docs/guides/csv.md', import.meta.url), 'utf8');
const onRecords = ['csv-clean', 'csv-validate', 'pseudonymise', 'dedup', 'jsonl-to-csv', 'csv-to-jsonl'];

test('the guide names every option of the transforms on records, and every option is described', (t) => {
  for (const name of onRecords) {
    const transform = transforms.find((each) => each.name === name);
    t.truthy(transform, name);
    if (transform === undefined) continue;
    const { properties = {} } = z.toJSONSchema(transform.options, { io: 'input', unrepresentable: 'any' });
    t.true(Object.keys(properties).length > 0, name);
    for (const [option, property] of Object.entries(properties)) {
      t.true(guide.includes(`\`${option}\``), `${name}: ${option} is not in docs/guides/csv.md`);
      t.true(
        typeof property === 'object' && (property.description ?? '') !== '',
        `${name}: ${option} has no description`,
      );
    }
  }
});
