/** What holds for the repository as a whole. */

import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { needs } from './kit/needs.ts';

const root = join(import.meta.dirname, '../..');
const decisions = join(root, 'docs/decisions');
const MOST_BYTES = 1024 * 1024;

test('decisions are numbered without gaps, dated, and in the index', async (t) => {
  const files = (await readdir(decisions)).filter((name) => /^\d/.test(name)).sort();
  t.deepEqual(
    files.map((name) => Number(name.slice(0, 4))),
    files.map((_, index) => index + 1),
  );
  const rows = await Promise.all(
    files.map(async (name) => {
      const [heading = '', , facts = ''] = (await readFile(join(decisions, name), 'utf8')).split('\n');
      const title = heading.replace(`# ${name.slice(0, 4)}: `, '');
      const [, date, status] = /^Date: (\d{4}-\d\d-\d\d) · Status: (\S.*)$/.exec(facts) ?? [];
      return `| [${name.slice(0, 4)}](${name}) | ${title} | ${date} | ${status} |`;
    }),
  );
  const index = await readFile(join(decisions, 'README.md'), 'utf8');
  t.deepEqual(
    index.split('\n').filter((line) => line.startsWith('| [')),
    rows,
  );
});

needs('git')('no file of the repository is larger than 1 MiB', async (t) => {
  const listed = await promisify(execFile)('git', ['ls-files', '-z'], { cwd: root });
  const sizes = await Promise.all(
    listed.stdout.split('\0').map(async (name) => {
      const found = await stat(join(root, name)).catch(() => undefined); // removed and not committed yet
      return found?.isFile() && found.size > MOST_BYTES ? [name] : [];
    }),
  );
  t.deepEqual(sizes.flat(), []);
});
