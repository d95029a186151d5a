/** `npm run docs:config`: writes docs/config.schema.json, with which editors check and complete the file of --config. A test fails where it is old. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from '../sync-task/src/config/file/config-schema.ts';

const file = join(import.meta.dirname, '../docs/config.schema.json');
writeFileSync(file, `${JSON.stringify(configSchema(), null, 2)}\n`);
