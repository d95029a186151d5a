import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { exitCodes } from '../../../src/base/errors.ts';
import { commandFlags } from '../../../src/cli/command-flags.ts';
import { exitCodesPage } from '../../../src/cli/reference/exit-codes-page.ts';
import { optionsPage } from '../../../src/cli/reference/options-page.ts';
import { environmentName, optionNames } from '../../../src/config/options/options.ts';

const folder = join(import.meta.dirname, '../../../../docs/reference');
const page = (name: string) => readFileSync(join(folder, name), 'utf8');

test('the pages of options and exit codes are those of the code: else npm run docs:options', (t) => {
  t.is(page('options.md'), optionsPage());
  t.is(page('exit-codes.md'), exitCodesPage());
});

test('every option and every flag has one row', (t) => {
  const rows = optionsPage().match(/^\|.*\|$/gm) ?? [];
  for (const name of [...optionNames, ...Object.keys(commandFlags)]) {
    t.is(rows.filter((row) => new RegExp(`\`--${name}[ \`]`).test(row.split(' | ')[0] ?? '')).length, 1, name);
  }
  for (const name of optionNames) t.true(optionsPage().includes(`\`${environmentName(name)}\``), name);
});

test('every exit code has one row', (t) => {
  for (const code of Object.values(exitCodes)) {
    t.is(exitCodesPage().match(new RegExp(`^\\| ${code} \\|`, 'gm'))?.length, 1, String(code));
  }
});
