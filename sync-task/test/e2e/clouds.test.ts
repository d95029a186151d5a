/** Azure Blob Storage and Google Cloud Storage by the command, against servers that stand in for them. */
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext, type TestFn } from 'ava';
import type { Ground } from '../contract/storage.ts';
import { azureGround, startAzurite } from '../kit/azurite.ts';
import { startFakeGcs } from '../kit/fake-gcs.ts';
import {
  type Environment,
  newFolders,
  put,
  runCommand,
  type Started,
  startCommand,
  treeOf,
  until,
} from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';

const MiB = 1024 * 1024;
const SEGMENT = MiB;
const SIZE = 20 * SEGMENT + 12_345;

interface Cloud {
  readonly environment: Environment;
  newPlace(): Promise<{ readonly url: string; readonly ground: Ground }>;
  stop(): Promise<void>;
}

async function azure(): Promise<Cloud> {
  const server = await startAzurite();
  return {
    ...server,
    async newPlace() {
      const container = await server.newContainer();
      return { url: `az://${container.containerName}/feed`, ground: azureGround(container, 'feed/') };
    },
  };
}

async function google(): Promise<Cloud> {
  const server = await startFakeGcs();
  return {
    ...server,
    async newPlace() {
      const bucket = await server.newBucket();
      return { url: `gs://${bucket}/feed`, ground: server.ground(bucket, 'feed/') };
    },
  };
}

declareFor('az', needs('Azurite'), azure);
declareFor('gs', needs('fake-gcs-server'), google);

function declareFor(name: string, test: TestFn, start: () => Promise<Cloud>): void {
  let cloud: Cloud;
  test.before(async () => {
    cloud = await start();
  });
  test.after.always(() => cloud?.stop());

  test.serial(`folder to ${name} and back: the same tree, times included, and nothing twice`, async (t) => {
    const there = await newFolders(t);
    const back = await newFolders(t);
    const { url, ground } = await cloud.newPlace();
    await put(there.source, 'empty', '');
    await put(there.source, 'deep/er/über 名前.txt', 'unicode', '2021-12-31T23:59:59Z');
    await put(there.source, 'large.bin', pattern(5 * MiB + 7));
    for (let index = 0; index < 40; index++) await put(there.source, `many/${index % 4}/${index}`, `file ${index}`);
    const up = { ...there.environment, ...cloud.environment, SYNC_TASK_TARGET: url };
    const first = await runCommand(['sync'], up);
    t.is(first.code, 0, first.stderr);
    t.is(first.result.files.copied, 43);
    t.deepEqual(await ground.names(), Object.keys(await treeOf(there.source)));
    const second = await runCommand(['sync'], up);
    t.is(second.result.files.copied, 0);

    const down = { ...back.environment, ...cloud.environment, SYNC_TASK_SOURCE: url, SYNC_TASK_VERIFY: 'read-back' };
    const third = await runCommand(['sync'], down);
    t.is(third.code, 0, third.stderr);
    t.deepEqual(await treeOf(back.target), await treeOf(there.source));
    const time = async (root: string) => (await stat(join(root, 'deep/er/über 名前.txt'))).mtimeMs;
    t.is(await time(back.target), await time(there.source));
  });

  test.serial(`a changed file takes the place of its old object in ${name}, read back`, async (t) => {
    const { source, environment } = await newFolders(t);
    const { url, ground } = await cloud.newPlace();
    const job = { ...environment, ...cloud.environment, SYNC_TASK_TARGET: url, SYNC_TASK_VERIFY: 'read-back' };
    await put(source, 'file', 'old');
    t.is((await runCommand(['sync'], job)).code, 0);
    await put(source, 'file', 'new and longer', '2024-03-02T00:00:00Z');
    const again = await runCommand(['sync'], job);
    t.is(again.code, 0, again.stderr);
    t.is((await ground.get('file'))?.toString(), 'new and longer');
    t.deepEqual(await ground.names(), ['file']);
  });

  test.serial(`${name} to SFTP`, async (t) => {
    const { target, environment } = await newFolders(t);
    const { url, ground } = await cloud.newPlace();
    await ground.put('a/b', Buffer.from('content'), Date.UTC(2024, 0, 1));
    await ground.put('large', pattern(3 * MiB), Date.UTC(2024, 0, 1));
    const server = await startSftpServer({ root: target });
    t.teardown(() => server.stop());
    const job = {
      ...environment,
      ...cloud.environment,
      ...sftp('TARGET', server),
      SYNC_TASK_SOURCE: url,
    };
    const done = await runCommand(['sync'], job);
    t.is(done.code, 0, done.stderr);
    t.deepEqual(await treeOf(target), { 'a/b': 'content', large: pattern(3 * MiB).toString('latin1') });
    t.is((await stat(join(target, 'a/b'))).mtimeMs, Date.UTC(2024, 0, 1));
  });

  for (const ending of ['SIGKILL', 'SIGTERM'] as const) {
    test.serial(`${ending} amid a file from SFTP to ${name}: the next start sends the rest`, async (t) => {
      const { source, environment } = await newFolders(t);
      const { url, ground } = await cloud.newPlace();
      await writeFile(join(source, 'large.bin'), pattern(SIZE));
      const server = await startSftpServer({ root: source, faults: { delayMs: 100 } });
      t.teardown(() => server.stop());
      const job = {
        ...environment,
        ...cloud.environment,
        ...sftp('SOURCE', server),
        SYNC_TASK_TARGET: url,
        SYNC_TASK_CHECKPOINT_BYTES: String(SEGMENT),
        SYNC_TASK_BUFFER: '4MiB',
        SYNC_TASK_LEASE: '1s',
        SYNC_TASK_LOG_LEVEL: 'debug',
      };
      t.is((await runCommand(['plan', '--run', 'r'], job)).code, 0);
      const doomed = await startBatch(job);
      doomed.child.kill(ending);
      const { stderr } = await doomed.ended;
      t.deepEqual(await ground.names(), [], 'nothing is seen of it');
      const again = await runCommand(batch, job);
      t.is(again.code, 0, again.stderr);
      t.true(again.result.bytes.resumed >= 3 * SEGMENT, `resumed at ${again.result.bytes.resumed}`);
      t.is(again.result.bytes.written, SIZE - again.result.bytes.resumed);
      t.is(again.result.bytes.read, SIZE - again.result.bytes.resumed);
      t.true((await ground.get('large.bin'))?.equals(pattern(SIZE)));
      for (const said of [stderr, again.stderr, again.stdout]) t.notRegex(said, /upload_id|uploadType|AccountKey=/);
    });
  }

  test.serial(`${name}: a place that is not there is a usage error in one line`, async (t) => {
    const { environment } = await newFolders(t);
    const scheme = name === 'az' ? 'container' : 'bucket';
    for (const role of ['SOURCE', 'TARGET']) {
      const job = { ...environment, ...cloud.environment, [`SYNC_TASK_${role}`]: `${name}://not-there/x` };
      const done = await runCommand(['check'], job);
      t.is(done.code, 64, done.stderr);
      t.is(done.errors.length, 1);
      t.regex(done.errors[0] ?? '', new RegExp(`${name}://not-there/x: cannot .*: there is no such ${scheme}`));
    }
  });
}

needs('Azurite')('a wrong key, of which nothing is said, is a matter of permission', async (t) => {
  const server = await startAzurite();
  t.teardown(() => server.stop());
  const { environment } = await newFolders(t);
  const key = Buffer.from('a key that is not the right one').toString('base64');
  const done = await runCommand(['check'], {
    ...environment,
    SYNC_TASK_SOURCE: 'az://container/x',
    SYNC_TASK_SOURCE_AZURE_STORAGE_ACCOUNT: server.account,
    SYNC_TASK_SOURCE_AZURE_STORAGE_KEY: key,
    SYNC_TASK_SOURCE_AZURE_STORAGE_SERVICE_ENDPOINT: server.url,
  });
  t.is(done.code, 77, done.stderr);
  t.regex(done.errors.join(), /az:\/\/container\/x: cannot list: (the account refused the credentials|access denied)/);
  t.false(`${done.stdout}${done.stderr}`.includes(key));
});

const answers = [
  ['az', 503, 'ServerBusy', 75, /asks to slow down/],
  ['az', 403, 'AuthorizationPermissionMismatch', 77, /access denied/],
  ['gs', 429, 'rateLimitExceeded', 75, /asks to slow down/],
  ['gs', 500, 'backendError', 75, /failed or was busy/],
  ['gs', 401, 'authError', 77, /credentials are refused/],
  ['gs', 403, 'forbidden', 77, /access denied/],
] as const;

for (const [scheme, status, word, code, says] of answers) {
  test(`${scheme}: a service that always answers ${status} ends the command with ${code}`, async (t) => {
    const url = await answeringAlways(t, status, word);
    const { environment } = await newFolders(t);
    const done = await runCommand(['check'], {
      ...environment,
      SYNC_TASK_TARGET: `${scheme}://place/x`,
      AZURE_STORAGE_ACCOUNT: 'account',
      AZURE_STORAGE_KEY: 'a2V5',
      AZURE_STORAGE_SERVICE_ENDPOINT: `${url}/account`,
      STORAGE_EMULATOR_HOST: url,
    });
    t.is(done.code, code, done.stderr);
    t.regex(done.errors.join(), says);
  });
}

const configurations = {
  'no account': ['az://place/x', {}, /no account is named/],
  'no credentials': ['az://place/x', { AZURE_STORAGE_ACCOUNT: 'account' }, /no credentials are given/],
  'a token in the endpoint': [
    'az://place/x',
    { AZURE_STORAGE_SERVICE_ENDPOINT: 'https://host/?sig=hidden-7', AZURE_STORAGE_SAS_TOKEN: 'x' },
    /does not belong in the endpoint/,
  ],
  'a key of one side that is not there': [
    'gs://place/x',
    { SYNC_TASK_TARGET_GOOGLE_APPLICATION_CREDENTIALS: '/not/there.json' },
    /\/not\/there\.json cannot be read \(ENOENT\)/,
  ],
  'no credentials for S3': [
    's3://place/x',
    { AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' },
    /no credentials were found/,
  ],
  'a container that nobody can have': [
    'az://Place_1/x',
    { AZURE_STORAGE_ACCOUNT: 'account', AZURE_STORAGE_KEY: 'a2V5' },
    /"Place_1" is no name of a container/,
  ],
  'a key file that is not there': [
    'gs://place/x',
    { GOOGLE_APPLICATION_CREDENTIALS: '/not/there.json' },
    /no credentials are found/,
  ],
} as const;

for (const [what, [url, variables, says]] of Object.entries(configurations)) {
  test(`a usage error: ${what}`, async (t) => {
    const { environment } = await newFolders(t);
    const done = await runCommand(['check'], { ...environment, ...variables, SYNC_TASK_TARGET: url });
    t.is(done.code, 64, done.stderr);
    t.regex(done.errors.join(), says);
    t.notRegex(done.stderr, /hidden-7/);
  });
}

async function answeringAlways(t: ExecutionContext, status: number, word: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const xml = `<?xml version="1.0"?><Error><Code>${word}</Code><Message>no</Message></Error>`;
    const json = JSON.stringify({ error: { code: status, message: 'no', errors: [{ reason: word }] } });
    const isAzure = request.headers['x-ms-version'] !== undefined;
    response.writeHead(status, {
      'content-type': isAzure ? 'application/xml' : 'application/json',
      ...(isAzure ? { 'x-ms-error-code': word } : {}),
    });
    response.end(isAzure ? xml : json);
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function sftp(role: string, server: Awaited<ReturnType<typeof startSftpServer>>): Environment {
  return {
    [`SYNC_TASK_${role}`]: `sftp://${server.user}@127.0.0.1:${server.port}/`,
    [`SYNC_TASK_${role}_PASSWORD`]: server.password ?? '',
    [`SYNC_TASK_${role}_HOST_KEY`]: server.hostKeyFingerprint,
  };
}

const batch = ['run', '--run', 'r', '--batch', '1'];

/** Starts the only batch and returns once segments are written down. */
async function startBatch(job: Environment): Promise<Started> {
  const started = startCommand(batch, job);
  let said = '';
  started.child.stderr?.on('data', (text: string) => {
    said += text;
  });
  const stored = () => Math.max(0, ...[...said.matchAll(/(\d+) bytes are stored/g)].map(([, bytes]) => Number(bytes)));
  await until(() => stored() >= 3 * SEGMENT || started.child.exitCode !== null);
  return started;
}

/** Not periodic in any power of two, so that a piece at a wrong place shows. */
function pattern(bytes: number): Buffer {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at);
  return content;
}
