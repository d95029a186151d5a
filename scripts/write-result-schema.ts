/** Writes docs/result.schema.json from the schema in the source. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { resultSchema } from '../sync-task/src/sync/result-schema.ts';

const file = join(import.meta.dirname, '../docs/result.schema.json');
writeFileSync(file, `${JSON.stringify(z.toJSONSchema(resultSchema), null, 2)}\n`);
