/**
 * Every pair of storages does the same job: a mixed tree is copied while its process is killed, copied again, changed, and copied
 * over lines that break. The tests assert on it, `scripts/write-pairs-doc.ts` writes down what came of it.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ground } from '../contract/storage/ground.ts';
import { randomFrom, seed } from '../faults/kit/random.ts';
import type { TcpProxy } from '../faults/kit/tcp-proxy.ts';
import { runCommand, startCommand } from './job.ts';
import type { PairPlace, PairServices } from './pair-places.ts';

const MiB = 1024 * 1024;
const SEGMENT = MiB;
const someTimeMs = Date.UTC(2024, 1, 29, 12, 30, 15);

export interface PairOutcome {
  readonly files: number;
  /** What went wrong, one sentence each; empty: nothing. */
  readonly faults: readonly string[];
  /** Files that were copied after the kill; the others were done before it. */
  readonly copiedAfterKill: number;
  /** Connections that were cut. */
  readonly resets: number;
}

export interface PairOptions {
  readonly smallFiles: number;
  readonly largeBytes: number;
  /** Both are places of one service. */
  readonly within?: boolean;
}

export async function tryPair(
  services: PairServices,
  from: string,
  to: string,
  { smallFiles, largeBytes, within = false }: PairOptions,
): Promise<PairOutcome> {
  await using cleaning = new AsyncDisposableStack();
  const parent = await mkdtemp(join(tmpdir(), 'sync-task-pair-'));
  cleaning.defer(() => rm(parent, { recursive: true, force: true }));
  const service = async (kind: string, name: string) => {
    await mkdir(join(parent, name));
    return services.open(kind, join(parent, name), cleaning);
  };
  const near = await service(from, 'near');
  const far = within ? near : await service(to, 'far');
  const source = await near.place('SOURCE');
  const target = await far.place('TARGET');
  const job = {
    ...source.environment,
    ...target.environment,
    SYNC_TASK_STATE: `sqlite:${join(parent, 'state.db')}`,
    SYNC_TASK_PIPELINE: 'pair',
    SYNC_TASK_LEASE: '1s',
    SYNC_TASK_CHECKPOINT_BYTES: String(SEGMENT),
  };
  const faults: string[] = [];
  const expect = (truth: boolean, fault: string) => void (truth || faults.push(fault));
  const same = async (when: string) => {
    const [there, here] = [await digests(source.ground), await digests(target.ground)];
    for (const [path, digest] of here) expect(there.get(path) === digest, `${when}: ${path} is another one`);
    for (const path of there.keys()) expect(here.has(path), `${when}: ${path} is missing`);
  };

  const files = await makeTree(source, smallFiles, largeBytes);
  await put(source, 'first', Buffer.from('copied before the kill'));
  await run(['sync', '--include', 'first'], 'the first file');
  const killed = startCommand(['sync', '--run', 'killed'], job);
  while (killed.child.exitCode === null && (await published(target)) < 3) await pause();
  killed.child.kill('SIGKILL');
  await killed.ended;
  const atKill = await published(target);
  await run(['sync'], 'after the kill');
  await same('after the kill');
  const copiedAfterKill = (await published(target)) - atKill;
  const again = await run(['sync'], 'again');
  expect(again === 0, `again: ${again} files were copied that were there`);

  await put(source, 'sub/changed', Buffer.from('longer than it was'));
  await put(source, 'new one', Buffer.from('new'));
  await put(source, 'over bad lines.bin', content('over bad lines.bin', 12 * MiB));
  const lines = [...new Set([near.line, far.line])].filter((line) => line !== undefined);
  for (const line of lines) breakOften(line, `${from}-${to}`);
  let copied = 0;
  for (let tries = 1; copied < 3 && tries <= 5; tries++) {
    const { code, result, stderr } = await runCommand(['sync', '--attempts', '8'], job);
    if (code !== 0 && code !== 75)
      expect(false, `over bad lines: exit code ${code}: ${stderr.trim().split('\n').at(-1)}`);
    if (code === 0 || code === 75) copied += result.files.copied;
  }
  expect(copied === 3, `over bad lines: ${copied} files were copied, not just what was changed`);
  await same('over bad lines');
  const resets = lines.reduce((sum, line) => sum + line.counters.resets, 0);
  // Within one service hardly anything goes over the line.
  expect(resets > 0 || lines.length === 0 || within, 'over bad lines: no connection was cut');
  return { files: files + 3, faults: faults.slice(0, 10), copiedAfterKill, resets };

  async function run(args: readonly string[], when: string): Promise<number> {
    const { code, result, stderr } = await runCommand(args, job);
    expect(code === 0, `${when}: exit code ${code}: ${stderr.trim().split('\n').at(-1)}`);
    return code === 0 ? result.files.copied : -1;
  }
}

/** The first four connections end in the middle of their data. Later ones stay, so that the copy ends. */
function breakOften({ faults, counters }: TcpProxy, name: string): void {
  const random = randomFrom(seed, name);
  faults.resetAfterBytes = () => (counters.resets < 4 ? 20_000 + random.below(3 * MiB) : undefined);
}

/** Empty to large files, sizes around the borders of parts and segments, and difficult names. */
async function makeTree(place: PairPlace, smallFiles: number, largeBytes: number): Promise<number> {
  const sizes: Record<string, number> = {
    empty: 0,
    'sub/one byte': 1,
    'sub/changed': 3,
    'part-1': 5 * MiB - 1,
    part: 5 * MiB,
    'part+1': 5 * MiB + 1,
    segments: 8 * SEGMENT,
    'deep/er/and/deeper/file': 100_000,
    'caf\u00e9/\u540d\u524d \u{1f600} & %2e+?#.txt': 1234,
    'large.bin': largeBytes,
  };
  for (let number = 0; number < smallFiles; number++) sizes[`many/${number % 7}/${number}`] = 10 + (number % 3000);
  await eachOf(Object.entries(sizes), ([path, size]) => put(place, path, content(path, size)));
  return Object.keys(sizes).length;
}

const put = ({ ground }: PairPlace, path: string, bytes: Buffer) => ground.put(path, bytes, someTimeMs);

/** Zeros between a head and a tail of its own. */
function content(path: string, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  createHash('sha256').update(path).digest().copy(bytes);
  if (size > 1000) bytes.write('the end', size - 7);
  return bytes;
}

/** Path → SHA-256 of everything below, drafts included. */
async function digests(ground: Ground): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  await eachOf(await ground.names(), async (path) => {
    const bytes = await ground.get(path);
    if (bytes) found.set(path, createHash('sha256').update(bytes).digest('hex'));
  });
  return found;
}

async function published({ ground }: PairPlace): Promise<number> {
  return (await ground.names()).filter((path) => !/(^|\/)\.sync-task\.[^/]*$/.test(path)).length;
}

async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < all.length) await work(all[next++] as T);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
