/** `npm run docs:options`: writes docs/reference/options.md and exit-codes.md from the code. A test fails where they are old. */
import { writeFile } from 'node:fs/promises';
import { exitCodesPage } from '../sync-task/src/cli/reference/exit-codes-page.ts';
import { optionsPage } from '../sync-task/src/cli/reference/options-page.ts';

const folder = new URL('../docs/reference/', import.meta.url);
await writeFile(new URL('options.md', folder), optionsPage());
await writeFile(new URL('exit-codes.md', folder), exitCodesPage());
