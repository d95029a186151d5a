/** What people type wrongly, and what they are told: one line that says what is wrong, where, and what was meant. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { parseArguments } from '../../src/cli/arguments.ts';
import { execute } from '../../src/cli/execute.ts';
import { asSyncError, exitCodeOf } from '../../src/errors.ts';

interface Mistake {
  /** Behind the places and the state, where the words have none of their own. */
  readonly words?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly yaml?: string;
  readonly code?: number;
  /** All of these must be there. */
  readonly says: readonly (string | RegExp)[];
}

const SECRET = 'hunter2-and-more';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const progress = { expect() {}, listed() {}, bytes() {}, file() {} };

/** The words, the environment and the file as a user would give them, up to the error that ends the command. */
async function told({ words = 'sync', environment = {}, yaml }: Mistake, folder: string) {
  const file = join(folder, 'job.yaml');
  if (yaml !== undefined) await writeFile(file, yaml);
  const places = {
    SYNC_TASK_SOURCE: `file://${folder}/in`,
    SYNC_TASK_TARGET: `file://${folder}/out`,
    SYNC_TASK_STATE: `sqlite:${folder}/state.db`,
  };
  try {
    const given = await parseArguments(words === '' ? [] : words.split(' '), '0');
    if (!given) return undefined;
    await execute(given, {
      environment: { ...places, ...(yaml === undefined ? {} : { SYNC_TASK_CONFIG: file }), ...environment },
      log: quiet,
      progress,
      signal: AbortSignal.timeout(10_000),
    });
    return undefined;
  } catch (error) {
    return asSyncError(error);
  }
}

function table(kind: string, mistakes: Readonly<Record<string, Mistake>>): void {
  for (const [name, mistake] of Object.entries(mistakes)) {
    test(`${kind}: ${name}`, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
      t.teardown(() => rm(folder, { recursive: true, force: true }));
      const error = await told(mistake, folder);
      if (!error) return t.fail('it was taken');
      t.is(exitCodeOf(error), mistake.code ?? 64, error.message);
      t.notRegex(error.message, /\n|internal error/);
      t.false(error.message.includes(SECRET), error.message);
      for (const words of mistake.says) {
        t.true(typeof words === 'string' ? error.message.includes(words) : words.test(error.message), error.message);
      }
    });
  }
}

table('words', {
  'a mistyped command': { words: 'snyc', says: ['no command snyc', 'Did you mean sync?'] },
  "another program's command": { words: 'copy file:///a file:///b', says: ['copy', 'Did you mean sync?'] },
  'no command that we know': { words: 'frobnicate', says: ['no command frobnicate', 'sync, check, plan'] },
  'places without a command': { words: 'file:///a file:///b', says: ['a command comes first', 'sync'] },
  'places without flags': { words: 'sync file:///a file:///b', says: ['--source URL --target URL'] },
  'a place with a password': { words: `sync sftp://me:${SECRET}@host/x`, says: ['--source URL --target URL'] },
  'a mistyped flag': { words: 'sync --bacth-files 3', says: ['--bacth-files', 'did you mean --batch-files?'] },
  'a flag in camel case': { words: 'sync --batchFiles 3', says: ['--batchFiles', '--batch-files'] },
  'a flag with underscores': { words: 'sync --batch_files=3', says: ['--batch_files', '--batch-files'] },
  'a flag written together': { words: 'plan --dryrun', says: ['--dryrun', '--dry-run'] },
  'a flag that is none': { words: 'sync --frobnicate', says: ['--frobnicate: there is no such option', '--help'] },
  'a denied flag that is none': { words: 'sync --no-such-flag', says: ['--no-such-flag: there is no such option'] },
  'a mistyped denied flag': { words: 'sync --no-fsycn', says: ['--no-fsycn', 'did you mean --no-fsync?'] },
  'a value that is denied': { words: 'sync --no-prefix', says: ['--no-prefix'] },
  'one dash': { words: 'sync -source file:///a', says: ['-source', 'write --source'] },
  'a short flag that is none': { words: 'sync -z', says: ['-z: there is no such option'] },
  'a flag of another command': {
    words: 'run --run a --batch 1 --max-files 3',
    says: ['--max-files: run does not take it', 'sync'],
  },
  'a flag of the plan for the state': { words: 'status --dry-run', says: ['--dry-run: status does not take it'] },
  'a flag without its value': { words: 'sync --include', says: ['--include: no value stands behind it'] },
  'a flag instead of a value': { words: 'sync --include --dry-run', says: ['--include: no value'] },
  'a value that begins with a dash': { words: 'sync --exclude -x', says: ['--exclude=VALUE'] },
  'a glob that the shell filled in': { words: 'sync --include a.csv b.csv', says: ['b.csv', 'quote globs'] },
  'a password as a flag': { words: `sync --source-password=${SECRET}`, says: ['SYNC_TASK_SOURCE_PASSWORD'] },
  'no run': { words: 'run --batch 1', says: ['run'] },
  'no batch number': { words: 'run --run a --batch first', says: ['--batch', 'numbered from 1'] },
  'a run with blanks': { words: 'plan --run=a/b', says: ['--run', 'letters'] },
  nothing: { words: '', says: ['name a command: sync, check, plan'] },
});

table('environment', {
  'a mistyped option': {
    environment: { SYNC_TASK_EXCLUDES: '*.tmp' },
    says: ['SYNC_TASK_EXCLUDES', 'did you mean SYNC_TASK_EXCLUDE?'],
  },
  'a dash left out': { environment: { SYNC_TASK_BATCHFILES: '3' }, says: ['did you mean SYNC_TASK_BATCH_FILES?'] },
  'a mistyped secret': {
    environment: { SYNC_TASK_SOURCE_PASWORD: SECRET },
    says: ['did you mean SYNC_TASK_SOURCE_PASSWORD?'],
  },
  'a mistyped file of a secret': {
    environment: { SYNC_TASK_TARGET_PASSWORD_FILES: '/x' },
    says: ['did you mean SYNC_TASK_TARGET_PASSWORD_FILE?'],
  },
  'a user apart': { environment: { SYNC_TASK_SOURCE_USER: 'me' }, says: ['SYNC_TASK_SOURCE_USER', 'sftp://user@host'] },
  'a URL by another name': { environment: { SYNC_TASK_TARGET_URL: 'x' }, says: ['SYNC_TASK_TARGET has all of it'] },
  'a key by another name': {
    environment: { SYNC_TASK_SOURCE_KEY_FILE: '/x' },
    says: ['did you mean SYNC_TASK_SOURCE_PRIVATE_KEY_FILE?'],
  },
  'a mistyped variable of a storage': {
    environment: { SYNC_TASK_TARGET_AWS_REGOIN: 'x' },
    says: ['did you mean SYNC_TASK_TARGET_AWS_REGION?'],
  },
  'one like nothing': { environment: { SYNC_TASK_FROBNICATE: '' }, says: ['SYNC_TASK_FROBNICATE: there is no such'] },
  'also for what looks at the state alone': {
    words: 'status',
    environment: { SYNC_TASK_PIPELIN: 'x' },
    says: ['did you mean SYNC_TASK_PIPELINE?'],
  },
});
