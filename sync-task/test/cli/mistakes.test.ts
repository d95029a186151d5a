/** What people type wrongly, and what they are told: one line that says what is wrong, where, and what was meant. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { asSyncError, exitCodeOf } from '../../src/base/errors.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import { execute } from '../../src/cli/execute.ts';

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
  'no time to keep': { words: 'prune', says: ['--keep: say it'] },
  'nobody to take over from': { words: 'take-over --pipeline a', says: ['--from: say it'] },
  'no file to export to': { words: 'state export', says: ['--file: say it'] },
  'neither export nor import': { words: 'state copy', says: ['state export or state import'] },
  'a file to import that is not there': { words: 'state import --file /absent', says: ['--file', '/absent', 'ENOENT'] },
  'the keys of a folder': { words: 'trust --source file:///x', says: ['--source', 'has no host key', 'SFTP server'] },
  'a transform that is none': { words: 'transforms gzp', says: ['unknown transform "gzp"', 'gzip'] },
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

const places: Readonly<Record<string, string>> = {
  'file:out': 'three slashes',
  'file://out': 'three slashes',
  'file:///': 'names no folder',
  '/data': 'no URL; write',
  './data': 'no URL; write',
  'C:\\data': 'drive letter',
  'C:/data': 'drive letter',
  'host:path': 'sftp://user@host/path',
  'me@host:path': 'sftp://user@host/path',
  'remote:path': 's3://bucket/prefix',
  's3:bucket': 's3://bucket/prefix',
  'sftp:/host/x': 'two slashes',
  'ftp://host/x': 'ftp',
  'sftp://host/x': 'names no user',
  'sftp://me@host': 'names no path',
  'sftp://me@/x': 'valid',
  'sftp://me@host:port/x': 'valid',
  'sftp://me@host:99999/x': 'valid',
  'sftp://me@::1/x': 'valid',
  'sftp://me@host/*.csv': '--include',
  's3://bucket/in/*.csv': '--include',
  'file:///in/?.csv': '%3F',
  'file:///in/%zz': '%25',
  's3:///x': 'names no bucket',
};
table(
  'place',
  Object.fromEntries(
    Object.entries(places).map(([url, words]) => [url, { words: `sync --source ${url}`, says: ['--source', words] }]),
  ),
);

table('value', {
  'globs with a comma': { words: 'sync --include *.csv,*.txt', says: ['--include', 'once for each'] },
  'a bracket left open': { words: 'sync --exclude [a', says: ['--exclude', 'never closed'] },
  'a log level of others': { words: 'sync --log-level warning', says: ['--log-level', 'warn'] },
  'a choice that is none': { words: 'sync --existing keep', says: ['--existing', 'adopt, replace, refuse'] },
  'no number': { words: 'sync --files many', says: ['--files', 'whole number'] },
  'no size': { words: 'sync --buffer 16XB', says: ['--buffer', '64MiB'] },
  'no duration': { words: 'sync --lease 1minute', says: ['--lease', '30s'] },
  'no date': { words: 'sync --since yesterday', says: ['--since', '7d'] },
  'a prefix that leads out': { words: 'sync --prefix ../x', says: ['--prefix', '..'] },
  'given twice': { words: 'sync --prefix a --prefix b', says: ['--prefix', 'one value'] },
  'a way to publish that is none': { words: 'sync --publish inplace', says: ['--publish', 'in-place'] },
  'in place at a bucket': { words: 'sync --publish in-place --target s3://b/x', says: ['--publish'] },
  'a wait in words': { words: 'sync --wait ten', says: ['--wait', '30s'] },
  'a checksum that is none': { words: 'verify --checksum md5', says: ['--checksum', 'none, target, both'] },
  'a duration without a unit': { words: 'prune --keep 90', says: ['--keep', '90d'] },
  'a rate in words': { words: 'sync --bwlimit fast', says: ['--bwlimit', '10M'] },
  'a level that is none': { words: 'sync --transform gzip:level=99', says: ['gzip', 'level'] },
  'a mistyped transform': { words: 'sync --transform csvclean', says: ['did you mean csv-clean?'] },
  'a gate to accept that is none': { words: 'sync --accept everything', says: ['--accept', 'empty-source'] },
  'a gate that may be': { words: 'sync --gate few-files=maybe', says: ['--gate', 'NAME=warn'] },
  'a duration without its unit': { words: 'sync --max-duration 4', says: ['--max-duration', '2h'] },
  'a state of another database': { words: 'sync --state mysql://x', says: ['--state', 'postgres://'] },
  'no gate': { words: 'sync --gate empty=fail', says: ['--gate', 'empty'] },
  'known hosts as a path': {
    environment: { SYNC_TASK_SOURCE_KNOWN_HOSTS: '/etc/ssh/known_hosts' },
    says: ['SYNC_TASK_SOURCE_KNOWN_HOSTS_FILE'],
  },
  'a key as a path': {
    environment: { SYNC_TASK_TARGET_PRIVATE_KEY: '~/.ssh/id' },
    says: ['SYNC_TASK_TARGET_PRIVATE_KEY_FILE'],
  },
  'a password in a URL': { words: `sync --source sftp://me:${SECRET}@host/x`, says: ['SYNC_TASK_SOURCE_PASSWORD'] },
});

table('file', {
  'a mistyped key': { yaml: 'prefix: a\nbatchFile: 3\n', says: ['line 2', 'batchFile', 'batch-files'] },
  'a key twice': { yaml: 'prefix: a\nprefix: b\n', says: ['line 2', 'unique'] },
  'a list for one value': { yaml: 'prefix: [a, b]\n', says: ['prefix', 'one value'] },
  'a secret': { yaml: 'source-password: x\n', says: ['line 1', 'secrets come from the environment'] },
  'no lines of options': { yaml: '- a\n', says: ['option: value'] },
  'a file that is not there': { words: 'sync --config /absent.yaml', says: ['--config', '/absent.yaml', 'ENOENT'] },
});
