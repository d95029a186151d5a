import { execFile, spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';

const root = join(import.meta.dirname, '../../..');

test('tests whose program is missing are skipped and recorded, and the others of the file run', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-needs-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const list = join(folder, 'skipped');
  const file = 'sync-task/test/cli/shell/shell-files.test.ts';
  const { NODE_OPTIONS: _, ...others } = process.env;
  const said = await new Promise<string>((resolve) => {
    const ava = join(root, 'node_modules/ava/entrypoints/cli.js');
    const environment = { ...others, PATH: folder, SKIPPED_TESTS: list };
    execFile(process.execPath, [ava, '--tap', file], { cwd: root, env: environment }, (_error, stdout) =>
      resolve(stdout),
    );
  });
  t.is(said.match(/^ok .* # SKIP$/gm)?.length, 4, said);
  t.is(said.match(/^ok (?!.* # SKIP$)/gm)?.length, 2, said);
  t.deepEqual((await readFile(list, 'utf8')).split('\n').sort(), [
    '',
    ...['bash', 'fish', 'groff', 'zsh'].map((name) => `${file}\t${name}: apt-get install ${name}`),
  ]);
});

const line = 'a.test.ts\tnetem: a kernel';
for (const [what, { lines, ci, may, ends, code }] of Object.entries({
  'nothing skipped, in CI': { lines: [], ci: '1', may: '', ends: 0, code: 0 },
  'skipped by hand': { lines: [line, line], ci: '', may: '', ends: 0, code: 0 },
  'skipped in CI': { lines: [line], ci: 'true', may: '', ends: 0, code: 1 },
  'skipped in CI as it may': { lines: [line], ci: 'true', may: 'netem:', ends: 0, code: 0 },
  'more skipped in CI than may be': { lines: [line, 'b\ttmux: x'], ci: 'true', may: 'netem:', ends: 0, code: 1 },
  'a failure stays one': { lines: [], ci: '', may: '', ends: 3, code: 3 },
})) {
  test(`the end of npm test: ${what}`, (t) => {
    const { SKIPPED_TESTS: _, ...others } = process.env;
    const script = `set -euo pipefail; . scripts/skipped.sh; printf '%s' "$1" >>"$SKIPPED_TESTS"; exit ${ends}`;
    const text = lines.map((one) => `${one}\n`).join('');
    const { status, stdout } = spawnSync('bash', ['-c', script, 'bash', text], {
      cwd: root,
      env: { ...others, CI: ci, TESTS_MAY_SKIP: may },
      encoding: 'utf8',
    });
    t.is(status, code, stdout);
    for (const one of lines) t.true(stdout.includes(one.replace('\t', '  needs ')), stdout);
  });
}

test('nothing but the kit skips a test', async (t) => {
  for (const file of globSync('{sync-task,bench}/test/**/*.ts', { cwd: root, exclude: ['**/kit/needs*.ts'] })) {
    t.notRegex(await readFile(join(root, file), 'utf8'), /\btest\.skip\b|(were|was) NOT|not compared/, file);
  }
});
