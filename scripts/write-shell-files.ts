/** `npm run docs:shell`: writes the man page and the completions in shell/. A test fails when they are out of date. */
import { mkdir, writeFile } from 'node:fs/promises';
import { completion, shells } from '../sync-task/src/cli/shell/completion.ts';
import { manPage } from '../sync-task/src/cli/shell/man-page.ts';

const folder = new URL('../shell/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL('sync-task.1', folder), manPage());
for (const shell of shells) await writeFile(new URL(`sync-task.${shell}`, folder), completion(shell));
