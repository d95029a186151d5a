/** The image alone, by `docker run`: read-only root, no capability, state in a volume. */
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { compare, put, putLarge, tree } from '../files.ts';
import { attempt, docker, type Ended, expect, expectEqual, until } from '../shell.ts';
import { compose, project, sourceRoot, standaloneRoot, standaloneVolume, targetRoot } from '../stack.ts';

export const standaloneSteps: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['docker run: folder to folder, twice', foldersTwice],
  ['docker run: SFTP to SFTP', servers],
  ['docker run: SIGTERM half-way leaves nothing partial', stoppedHalfWay],
  ['docker run: rows that break a schema, and a file that is refused', badRows],
  ['docker run: wrong password and unknown host key', refusals],
];

interface Result {
  readonly status: string;
  readonly files: Readonly<Record<string, number>>;
  readonly bytes: { readonly read: number };
  readonly errors: readonly { readonly message: string }[];
}

const locked = ['--rm', '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
const state = ['--volume', `${standaloneVolume}:/state`];

/** Exit code, result on stdout, log on stderr. */
export async function sync(
  options: readonly string[],
  ...args: readonly string[]
): Promise<Ended & { result: Result }> {
  const ended = await attempt('docker', ['run', ...locked, ...options, 'sync-task', 'sync', ...args]);
  expect(ended.stdout !== '', `no result on stdout:\n${ended.stderr}`);
  return { ...ended, result: JSON.parse(ended.stdout) as Result };
}

/** A folder that the image's user may write to, whoever owns it here. */
export function folder(name: string): string {
  const path = join(standaloneRoot, name);
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777);
  return path;
}

async function foldersTwice(): Promise<string> {
  expectEqual((await docker('run', ...locked, '--entrypoint', 'id', 'sync-task', '-u')).trim(), '1000', 'user id');
  expect((await docker('run', ...locked, 'sync-task', '--help')).includes('sync-task'), '--help says nothing');

  const [from, to] = [folder('from'), folder('to')];
  for (let number = 0; number < 50; number++) put(from, `a/${number % 5}/ü ${number}.txt`, `${number}\n`);
  const mounts = ['--volume', `${from}:/source:ro`, '--volume', `${to}:/target`, ...state];
  const args = ['--source', 'file:///source', '--target', 'file:///target'];

  const first = await sync(mounts, ...args);
  expectEqual([first.code, first.result.files['copied']], [0, 50], `exit code and files copied\n${first.stderr}`);
  await compare(from, to);
  const second = await sync(mounts, ...args);
  expectEqual([second.code, second.result.files['copied']], [0, 0], 'exit code and files copied the second time');
  return '50 files, then none';
}

/** The servers of the stack, reached by name in its network; a password here, a key there. */
export async function serverOptions(): Promise<string[]> {
  const read = (file: string) => compose('run', '--rm', '--no-deps', '-T', '--entrypoint', 'cat', 'secrets', file);
  const password = (await read('/secrets/sftp/password')).trim();
  const hosts = await read('/secrets/airflow/known_hosts');
  // Values go by this process's environment: a flag would show them to everybody on this machine.
  Object.assign(process.env, {
    SYNC_TASK_SOURCE_PASSWORD: password,
    SYNC_TASK_TARGET_PRIVATE_KEY: await read('/secrets/airflow/sftp_private_key'),
    SYNC_TASK_SOURCE_KNOWN_HOSTS: hosts,
    SYNC_TASK_TARGET_KNOWN_HOSTS: hosts,
  });
  const names = ['SOURCE_PASSWORD', 'TARGET_PRIVATE_KEY', 'SOURCE_KNOWN_HOSTS', 'TARGET_KNOWN_HOSTS'];
  return ['--network', project, ...names.flatMap((name) => ['--env', `SYNC_TASK_${name}`]), ...state];
}

export const fromServer = (path: string) => ['--source', `sftp://demo@sftp-source/data/${path}`];
export const toServer = (path: string) => ['--target', `sftp://demo@sftp-target/data/${path}`];

async function servers(): Promise<string> {
  const ended = await sync(await serverOptions(), ...fromServer('many'), ...toServer('standalone'));
  expectEqual([ended.code, ended.result.files['copied']], [0, 2000], `exit code and files copied\n${ended.stderr}`);
  await compare(join(sourceRoot, 'many'), join(targetRoot, 'standalone'));

  const debug = ['--log-level', 'debug'];
  const again = await sync(await serverOptions(), ...fromServer('many'), ...toServer('standalone'), ...debug);
  expectEqual([again.code, again.result.files['copied']], [0, 0], `exit code and files copied again\n${again.stderr}`);
  expect(again.stderr.includes('"level":"debug"'), `nothing was logged at debug\n${again.stderr}`);
  expect(!again.stderr.includes('native ciphers'), `the image is slower than it could be\n${again.stderr}`);
  return '2,000 files';
}

async function stoppedHalfWay(): Promise<string> {
  putLarge(sourceRoot, 'stopped/big.bin', 200e6);
  const options = await serverOptions();
  const name = `${project}-stopped`;
  // Little of a processor, so that the signal finds it at work.
  const running = sync(
    [...options, '--name', name, '--cpus', '0.2'],
    ...fromServer('stopped'),
    ...toServer('stopped-here'),
  );
  const to = join(targetRoot, 'stopped-here');
  const temp = await until('the temporary file', 60_000, 20, () => filesIn(to).find((file) => file.endsWith('.tmp')));
  await docker('kill', '--signal', 'TERM', name);
  const ended = await running;
  expectEqual([ended.code, ended.result.status], [143, 'stopped'], `exit code and status\n${ended.stderr}`);
  expectEqual(filesIn(to), [], 'files at the target after SIGTERM');

  const again = await sync(options, ...fromServer('stopped'), ...toServer('stopped-here'));
  expectEqual([again.code, again.result.files['copied']], [0, 1], `exit code and files copied\n${again.stderr}`);
  await compare(join(sourceRoot, 'stopped'), to);
  return `143 while ${temp} grew; the same command then copied it`;
}

function filesIn(root: string): string[] {
  try {
    return tree(root);
  } catch {
    return []; // not there yet
  }
}

async function badRows(): Promise<string> {
  const [from, to, rules] = [folder('orders'), folder('orders-here'), folder('rules')];
  const orders = (...rows: string[]) => gzipSync(Buffer.from(`Order ID;Größe\r\n${rows.join('\r\n')}\r\n`, 'latin1'));
  put(from, 'good.csv.gz', orders('1;"groß"', '2;klein', 'x;mittel'));
  put(from, 'bad.csv.gz', orders('x;groß', 'y;klein', '3;mittel'));
  put(rules, 'orders.yaml', 'columns: { order_id: { type: integer, required: true }, groesse: {} }\n');
  const ended = await sync(
    [`${from}:/source:ro`, `${to}:/target`, `${rules}:/rules:ro`].flatMap((volume) => ['--volume', volume]),
    ...['--source', 'file:///source', '--target', 'file:///target', '--state', 'sqlite:////tmp/state.db'],
    ...['--transform', 'gunzip', '--transform', 'encoding:from=latin1', '--transform', 'csv-clean:to-delimiter=comma'],
    ...['--transform', 'csv-validate:schema=/rules/orders.yaml,min-valid=0.5'],
  );
  expectEqual([ended.code, ended.result.files['copied'], ended.result.files['refused']], [65, 1, 1], ended.stderr);
  expectEqual(tree(to), ['good.csv', 'good.csv.rejected.csv'], 'files at the target');
  expectEqual(readFileSync(join(to, 'good.csv'), 'utf8'), 'order_id,groesse\n1,groß\n2,klein\n', 'the good rows');
  expect(readFileSync(join(to, 'good.csv.rejected.csv'), 'utf8').includes('x,mittel'), 'the bad row is set aside');
  return ended.result.errors[0]?.message ?? '';
}

async function refusals(): Promise<string> {
  const options = await serverOptions();
  const args = [...fromServer('many'), ...toServer('never')];
  const before = process.env['SYNC_TASK_SOURCE_PASSWORD'];
  process.env['SYNC_TASK_SOURCE_PASSWORD'] = 'wrong-password';
  const password = await refused(await sync(options, ...args), 'wrong-password');
  process.env['SYNC_TASK_SOURCE_PASSWORD'] = before;

  const hosts = process.env['SYNC_TASK_TARGET_KNOWN_HOSTS'] ?? '';
  process.env['SYNC_TASK_TARGET_KNOWN_HOSTS'] = hosts.replaceAll('sftp-target', 'other.example');
  const hostKey = await refused(await sync(options, ...args), 'private key');
  return `77 twice; "${password}"; "${hostKey}"`;
}

/** 77 with one line that says why, without the secret. */
async function refused({ code, result, stderr }: Ended & { result: Result }, secret: string): Promise<string> {
  expectEqual(code, 77, `exit code\n${stderr}`);
  const message = result.errors[0]?.message ?? '';
  expect(message !== '' && !message.includes('\n'), `the message is one line: ${JSON.stringify(message)}`);
  expect(!(message + stderr).includes(secret), 'the message holds the secret');
  return message;
}
