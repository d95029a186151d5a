import test from 'ava';
import { commandsWith, flagsOf } from '../../src/cli/flags.ts';
import { commands } from '../../src/cli/help.ts';
import { commandNames } from '../../src/config/options/commands.ts';

const taken: readonly (readonly [command: string, takes: readonly string[], leavesOut: readonly string[]])[] = [
  ['sync', ['config', 'run', 'batch-files', 'dry-run', 'wait'], ['batch', 'keep', 'checksum', 'watch']],
  ['run', ['run', 'batch', 'files'], ['batch-files', 'repair']],
  ['status', ['run', 'path', 'watch', 'state', 'json'], ['wait', 'include', 'source-proxy']],
  ['explain', ['include', 'max-files'], ['run', 'checksum']],
  ['verify', ['run', 'checksum', 'repair', 'batch-files'], ['batch']],
  ['prune', ['keep', 'wait', 'pipeline'], ['run', 'include']],
  ['state import', ['file', 'state'], ['run', 'write']],
  ['trust', ['write', 'source-jump', 'connect-timeout', 'quiet'], ['state', 'run', 'fsync']],
];

for (const [command, takes, leavesOut] of taken) {
  test(`${command} takes its own flags and no others`, (t) => {
    const flags = flagsOf(command);
    t.deepEqual(
      takes.filter((name) => !flags.has(name)),
      [],
    );
    t.deepEqual(
      leavesOut.filter((name) => flags.has(name)),
      [],
    );
  });
}

test('a flag is demanded, described and hidden by command', (t) => {
  t.true(flagsOf('run').get('run')?.demandOption);
  t.false(flagsOf('sync').get('run')?.demandOption);
  t.not(flagsOf('check').get('run')?.describe, flagsOf('sync').get('run')?.describe);
  t.true(flagsOf('verify').get('marker')?.hidden);
  t.false(flagsOf('sync').get('marker')?.hidden);
});

test('commands stand in the help in one order, and others take no flags', (t) => {
  t.deepEqual(
    commands.map(({ name }) => name),
    [...commandNames],
  );
  t.deepEqual(commandsWith('batch'), ['run']);
  t.is(flagsOf('transforms').size, 0);
});
