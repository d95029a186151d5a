import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { optionsOf, transformsPage } from '../../src/transform/describe.ts';
import { transforms } from '../../src/transform/registry.ts';

test('docs/transforms.md says what the transforms say', async (t) => {
  const page = await readFile(new URL('../../../docs/transforms.md', import.meta.url), 'utf8');
  t.true(page === transformsPage(transforms), 'the page is stale: run npm run docs:transforms');
});

test('every option says what it is for', (t) => {
  for (const transform of transforms) {
    for (const { name, describe } of optionsOf(transform)) t.true(describe !== '', `${transform.name}, ${name}`);
  }
});

const bin = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));
const run = (...words: string[]) => promisify(execFile)(process.execPath, [bin, 'transforms', ...words]);

test('the command lists all, and shows one', async (t) => {
  const all = await run();
  for (const { name } of transforms) t.regex(all.stdout, new RegExp(`^${name} `, 'm'));
  const { stdout } = await run('encoding');
  t.regex(stdout, /^encoding \(version 3\)/);
  t.regex(stdout, /from .*\[required\]/);
  t.regex(stdout, /Example: --transform 'encoding:/);
});

test('a name that is none is an error of usage', async (t) => {
  const error = (await t.throwsAsync(run('gunzpi'))) as Error & { code: number; stderr: string };
  t.is(error.code, 64);
  t.regex(error.stderr, /unknown transform \\?"gunzpi\\?"; did you mean gunzip\?/);
});
