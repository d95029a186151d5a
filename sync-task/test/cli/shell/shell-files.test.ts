import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { completion, shells } from '../../../src/cli/shell/completion.ts';
import { manPage } from '../../../src/cli/shell/man-page.ts';
import { optionNames } from '../../../src/config/options/options.ts';
import { needs } from '../../kit/needs.ts';

const folder = join(import.meta.dirname, '../../../../shell');
const file = (name: string) => readFileSync(join(folder, name), 'utf8');

test('the man page and the completions are those of the options: else npm run docs:shell', (t) => {
  t.is(file('sync-task.1'), manPage());
  for (const shell of shells) t.is(file(`sync-task.${shell}`), completion(shell));
});

test('every option stands in each of them', (t) => {
  for (const name of optionNames) {
    t.true(manPage().includes(`\\-\\-${name.replaceAll('-', '\\-')}`), name);
    t.true(completion('bash').includes(`--${name}`), name);
    t.true(completion('zsh').includes(`--${name}`), name);
    t.true(completion('fish').includes(`-l ${name} `), name);
  }
});

/** What a shell offers after these words. */
const offers: Readonly<Record<'bash' | 'fish', (line: string) => string>> = {
  bash: (line) => {
    const words = line.split(' ');
    const script = `source ${folder}/sync-task.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _sync_task; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  },
  fish: (line) =>
    execFileSync('fish', ['--no-config', '-c', `source ${folder}/sync-task.fish; complete -C '${line}'`], {
      encoding: 'utf8',
    }),
};

for (const shell of ['bash', 'fish'] as const) {
  const ask = offers[shell];
  needs(shell)(`${shell} offers commands, the flags of a command and the words of a flag`, (t) => {
    t.regex(ask('sync-task s'), /^sync\b/m);
    t.regex(ask('sync-task s'), /^status\b/m);
    t.regex(ask('sync-task status --w'), /^--watch\b/m);
    t.notRegex(ask('sync-task status --'), /--transform\b/);
    t.regex(ask('sync-task sync --verify '), /^read-back\b/m);
    t.regex(ask('sync-task completion f'), /^fish\b/m);
  });
}

needs('zsh')('zsh takes its completion', (t) => {
  const script = `autoload -Uz compinit; compinit -u -D; source ${folder}/sync-task.zsh; print $_comps[sync-task]`;
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script], { encoding: 'utf8' });
  t.is(stdout.trim(), '_sync-task', stderr);
  t.is(stderr, '');
});

needs('groff')('the man page is one that groff takes without a word', (t) => {
  const { stderr, stdout } = spawnSync('groff', ['-man', '-Tutf8', '-ww', join(folder, 'sync-task.1')], {
    encoding: 'utf8',
  });
  t.is(stderr, '');
  t.regex(stdout, /SYNC_TASK_BATCH_FILES/);
});
