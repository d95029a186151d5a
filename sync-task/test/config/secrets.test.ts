/** Secrets from files and pipes. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readCredentials, readSecret, secretsOf } from '../../src/config/secrets.ts';

async function newFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

for (const [what, content] of [
  ['a line end', 'secret\n'],
  ['a Windows line end', 'secret\r\n'],
  ['a byte order mark', '\uFEFFsecret\n'],
] as const) {
  test(`${what} is no part of a secret`, async (t) => {
    const file = join(await newFolder(t), 'secret');
    await writeFile(file, content);
    t.is(readSecret({ NAME_FILE: file }, 'NAME'), 'secret');
  });
}

test('a pipe is read once, however often the secret is asked for', async (t) => {
  const file = join(await newFolder(t), 'pipe');
  execFileSync('mkfifo', [file]);
  spawn('sh', ['-c', `echo secret >'${file}'`]);
  const environment = { SYNC_TASK_SOURCE_PASSWORD_FILE: file };
  t.is(readCredentials(environment, 'source', false).password, 'secret');
  t.deepEqual(secretsOf(environment), ['secret']);
  t.is(readSecret(environment, 'SYNC_TASK_SOURCE_PASSWORD'), 'secret');
});

for (const [file, isShown] of [
  ['/run/secrets/nothing-there', true],
  ['/tmp/nothing-there', true],
  ['./secrets/password.txt', true],
  ['hunter2', false],
  ['pass/word', false],
  ['/sl4sh=+first', false],
  ['-----BEGIN OPENSSH PRIVATE KEY-----\nabc/def\n', false],
] as const) {
  test(`a file named ${JSON.stringify(file)} that can't be read is ${isShown ? 'shown' : 'not shown'}`, (t) => {
    const error = t.throws(() => readSecret({ NAME_FILE: file }, 'NAME'), {
      message: /^NAME_FILE: .*ENOENT|ENAMETOOLONG/s,
    });
    t.is(error.message.includes(file), isShown);
    t.is(`${(error.cause as Error).message}`.includes(file), false);
  });
}
