/** Writes docs/result.schema.json and docs/manifest.schema.json from the schemas in the source. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { manifestSchema } from '../sync-task/src/engine/report/manifest-schema.ts';
import { resultSchema } from '../sync-task/src/engine/result/result-schema.ts';

for (const [name, schema] of Object.entries({ result: resultSchema, manifest: manifestSchema })) {
  const file = join(import.meta.dirname, `../docs/${name}.schema.json`);
  writeFileSync(file, `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`);
}
