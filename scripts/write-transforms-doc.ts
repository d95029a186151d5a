/** Writes docs/transforms.md from the transforms themselves. A test fails when the page is out of date. */
import { writeFile } from 'node:fs/promises';
import { transformsPage } from '../sync-task/src/transform/describe.ts';
import { transforms } from '../sync-task/src/transform/registry.ts';

await writeFile(new URL('../docs/transforms.md', import.meta.url), transformsPage(transforms));
