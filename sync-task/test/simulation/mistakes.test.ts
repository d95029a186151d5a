/** `npm run simulate:mistakes` brings each mistake back. This test only checks that the sources still contain the text of each. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { kinds, others } from './mistakes/mistakes.ts';

const sources = join(import.meta.dirname, '../../src');

for (const { name, edits } of [...kinds, ...others]) {
  test(`${name} can be made`, async (t) => {
    for (const { file, find } of edits) {
      const text = await readFile(join(sources, file), 'utf8');
      t.is(text.split(find).length, 2, `${file}: ${find}`);
    }
  });
}
