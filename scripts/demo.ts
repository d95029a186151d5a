/**
 * `npm run demo`: three days of a partner's feed, synchronised once a day between two SFTP servers in this process. It needs
 * no Docker and installs nothing. The folder `demo-output/` remains for inspection.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Result } from '../sync-task/src/engine/result/result.ts';
import { startSftpServer } from '../sync-task/test/kit/sftp-server/server.ts';

const root = join(import.meta.dirname, '..');
const output = join(root, 'demo-output');
const sourceRoot = join(output, 'source');
const targetRoot = join(output, 'target');
const BINARY_BYTES = 100 * 1024 * 1024;

interface Day {
  readonly date: string;
  readonly story: string;
  happen(): Promise<void>;
}

async function drop(path: string, content: string | Buffer, time: string): Promise<void> {
  const file = join(sourceRoot, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  await utimes(file, new Date(time), new Date(time));
}

const days: readonly Day[] = [
  {
    date: '2024-03-01',
    story: 'a/b/c/file_1.txt appears',
    happen: () => drop('a/b/c/file_1.txt', 'first file\n', '2024-03-01T08:00:00Z'),
  },
  {
    date: '2024-03-02',
    story: 'a/b/c/file_2.txt appears',
    happen: () => drop('a/b/c/file_2.txt', 'second file\n', '2024-03-02T08:00:00Z'),
  },
  {
    date: '2024-03-03',
    story:
      'a/b/c/file_3.txt appears; file_1.txt is deleted at the source; old.txt is copied in with an mtime of 2019; ' +
      'file_2.txt changes; a binary of 100 MB arrives',
    async happen() {
      await drop('a/b/c/file_3.txt', 'third file\n', '2024-03-03T08:00:00Z');
      await rm(join(sourceRoot, 'a/b/c/file_1.txt'));
      await drop('a/b/c/old.txt', 'older than every run so far\n', '2019-01-01T00:00:00Z');
      await drop('a/b/c/file_2.txt', 'second file, corrected\n', '2024-03-03T09:00:00Z');
      await drop('data/100mb.bin', randomBytes(BINARY_BYTES), '2024-03-03T10:00:00Z');
    },
  },
];

/** Path → SHA-256 of every file below the folder. */
async function tree(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(
      relative(folder, file),
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    );
  }
  return files;
}

/** Runs the command that a user would type, in its own process. */
async function syncTask(args: readonly string[], environment: Record<string, string>): Promise<Result> {
  const bin = join(root, 'sync-task/src/bin.ts');
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`sync-task ${args[0]} ended with ${code}`);
  return JSON.parse(stdout) as Result;
}

function expect(truth: boolean, claim: string): void {
  if (!truth) throw new Error(`the demo went wrong: not true that ${claim}`);
  console.log(`    proved: ${claim}`);
}

await rm(output, { recursive: true, force: true });
await mkdir(sourceRoot, { recursive: true });
await mkdir(targetRoot, { recursive: true });
await using source = await startSftpServer({ root: sourceRoot });
await using target = await startSftpServer({ root: targetRoot });

const environment = {
  SYNC_TASK_SOURCE: `sftp://${source.user}@${source.host}:${source.port}/`,
  SYNC_TASK_SOURCE_PASSWORD: source.password,
  SYNC_TASK_SOURCE_HOST_KEY: source.hostKeyFingerprint,
  SYNC_TASK_TARGET: `sftp://${target.user}@${target.host}:${target.port}/`,
  SYNC_TASK_TARGET_PASSWORD: target.password,
  SYNC_TASK_TARGET_HOST_KEY: target.hostKeyFingerprint,
  SYNC_TASK_STATE: `sqlite://${join(output, 'state.db')}`,
  SYNC_TASK_PIPELINE: 'demo',
  SYNC_TASK_LOG_LEVEL: 'warn',
};
console.log(`source ${environment.SYNC_TASK_SOURCE} and target ${environment.SYNC_TASK_TARGET} are up\n`);

for (const day of days) {
  console.log(`${day.date}: ${day.story}`);
  await day.happen();
  const result = await syncTask(['sync', '--run', `demo-${day.date}`, '--explain'], environment);
  for (const { path, decision, reason } of result.explain ?? []) {
    console.log(`    ${decision === 'copy' ? 'copied' : 'skipped'}: ${path} (${reason})`);
  }
  const [here, there] = [await tree(sourceRoot), await tree(targetRoot)];
  for (const path of there.keys())
    if (!here.has(path)) console.log(`    kept: ${path} (deleted at the source, stays at the target)`);
  expect(
    [...here].every(([path, hash]) => there.get(path) === hash),
    `all ${here.size} files of the source stand at the target, byte for byte`,
  );
}

const again = await syncTask(['sync', '--run', 'demo-again'], environment);
console.log('2024-03-03 once more: nothing has changed');
expect(again.files.copied === 0 && again.files.unchanged === 4, 'the second run of a day copies nothing');
const final = await tree(targetRoot);
expect(final.has('a/b/c/file_1.txt'), 'file_1.txt, deleted at the source, is still at the target');
expect(final.size === 5, 'nothing else stands at the target, no half file either');
console.log(`\nLook at ${relative(process.cwd(), output) || '.'}/: source, target and the state (state.db)`);
