/** Secrets from files and pipes. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readCredentials, readSecret, secretsOf, takePipes } from '../../src/config/secrets.ts';

async function newFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

for (const [what, content] of [
  ['a line end', 'secret\n'],
  ['a Windows line end', 'secret\r\n'],
  ['a byte order mark', '\uFEFFsecret\n'],
  ['more than one line end', 'secret\r\n\n'],
  ['UTF-16, as PowerShell writes it,', Buffer.from('\uFEFFsecret\r\n', 'utf16le')],
  ['UTF-16 the other way round', Buffer.from('\uFEFFsecret\n', 'utf16le').swap16()],
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
  t.is(readCredentials(environment, 'source', { insecureIgnoreHostKey: false }).password, 'secret');
  t.deepEqual(secretsOf(environment), ['secret']);
  t.is(readSecret(environment, 'SYNC_TASK_SOURCE_PASSWORD'), 'secret');
});

test('pipes are put in the place of their secrets, those of transforms too, and no pipe of somebody else', async (t) => {
  const folder = await newFolder(t);
  const pipe = (name: string) => {
    execFileSync('mkfifo', [join(folder, name)]);
    spawn('sh', ['-c', `{ echo first; sleep 0.2; echo last; } >'${join(folder, name)}'`]);
    return join(folder, name);
  };
  execFileSync('mkfifo', [join(folder, 'else')]);
  await writeFile(join(folder, 'plain'), 'secret');
  const environment: Record<string, string | undefined> = {
    SYNC_TASK_PSEUDONYM_KEY_FILE: pipe('pseudonym'),
    PGPASSWORD_FILE: pipe('postgres'),
    SYNC_TASK_TARGET_PASSWORD_FILE: join(folder, 'plain'),
    SOMEBODY_FILE: join(folder, 'else'),
  };
  takePipes(environment);
  t.deepEqual(environment, {
    SYNC_TASK_PSEUDONYM_KEY: 'first\nlast',
    PGPASSWORD: 'first\nlast',
    SYNC_TASK_TARGET_PASSWORD_FILE: join(folder, 'plain'),
    SOMEBODY_FILE: join(folder, 'else'),
  });
});

test('a value has no line end either', (t) => {
  t.is(readSecret({ NAME: 'secret\r\n' }, 'NAME'), 'secret');
});

test('an empty file is a mistake of what writes it, but for known hosts', async (t) => {
  const file = join(await newFolder(t), 'empty');
  await writeFile(file, '\n');
  t.throws(() => readSecret({ NAME_FILE: file }, 'NAME'), {
    message: /^NAME_FILE: \/\S+ is empty; check what writes it/,
  });
  t.is(readSecret({ A_KNOWN_HOSTS_FILE: file }, 'A_KNOWN_HOSTS'), '');
});

for (const [file, isShown] of [
  ['/run/secrets/nothing-there', true],
  ['/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', false],
  ['./name\nBEGIN', false],
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
