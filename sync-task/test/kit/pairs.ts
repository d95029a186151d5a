/**
 * Every pair of storages does the same job: a mixed tree is copied, copied again, changed, and a process is killed amid it.
 * The tests assert on it, `scripts/write-pairs-doc.ts` writes down what came of it.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type Environment, runCommand, startCommand } from './job.ts';
import { startS3Server } from './s3-server.ts';
import { startSftpServer } from './sftp-server/server.ts';

const MiB = 1024 * 1024;
type Role = 'SOURCE' | 'TARGET';

interface PairPlace extends AsyncDisposable {
  /** On local disk. */
  readonly root: string;
  readonly environment: Environment;
}

/** What can stand on either side. `parent` is a new folder for this side alone. */
export const pairPlaces: Readonly<Record<string, (parent: string, role: Role) => Promise<PairPlace>>> = {
  async file(parent, role) {
    return {
      root: parent,
      environment: { [`SYNC_TASK_${role}`]: `file://${parent}` },
      async [Symbol.asyncDispose]() {},
    };
  },
  async sftp(parent, role) {
    const server = await startSftpServer({ root: parent });
    return {
      root: parent,
      environment: {
        [`SYNC_TASK_${role}`]: `sftp://${server.user}@127.0.0.1:${server.port}/`,
        [`SYNC_TASK_${role}_PASSWORD`]: server.password,
        [`SYNC_TASK_${role}_HOST_KEY`]: server.hostKeyFingerprint,
      },
      [Symbol.asyncDispose]: () => server.stop(),
    };
  },
  async s3(_parent, role) {
    const server = await startS3Server();
    const root = join(server.folder, 'feed', 'in');
    await mkdir(root, { recursive: true });
    const own = Object.entries(server.environment).map(([name, value]) => [`SYNC_TASK_${role}_${name}`, value]);
    return {
      root,
      environment: { [`SYNC_TASK_${role}`]: 's3://feed/in', ...Object.fromEntries(own) },
      [Symbol.asyncDispose]: () => server.stop(),
    };
  },
};

export interface PairOutcome {
  readonly files: number;
  readonly bytes: number;
  /** What went wrong, one sentence each; empty: nothing. */
  readonly faults: readonly string[];
  /** Files that were copied after the kill; the others were done before it. */
  readonly copiedAfterKill: number;
}

export async function tryPair(
  from: string,
  to: string,
  options: { readonly smallFiles: number; readonly largeBytes: number },
): Promise<PairOutcome> {
  const parent = await mkdtemp(join(tmpdir(), 'sync-task-pair-'));
  await using cleaning = new AsyncDisposableStack();
  cleaning.defer(() => rm(parent, { recursive: true, force: true }));
  const place = async (kind: string, role: Role) => {
    const folder = join(parent, role.toLowerCase());
    await mkdir(folder);
    const make = pairPlaces[kind];
    if (!make) throw new Error(`no such storage: ${kind}`);
    return cleaning.use(await make(folder, role));
  };
  const source = await place(from, 'SOURCE');
  const target = await place(to, 'TARGET');
  const job = {
    ...source.environment,
    ...target.environment,
    SYNC_TASK_STATE: `sqlite:${join(parent, 'state.db')}`,
    SYNC_TASK_PIPELINE: 'pair',
    SYNC_TASK_LEASE: '1s',
    SYNC_TASK_CHECKPOINT_BYTES: String(8 * MiB),
  };
  const faults: string[] = [];
  const expect = (truth: boolean, fault: string) => void (truth || faults.push(fault));
  const same = async (when: string) => {
    const [there, here] = await Promise.all([digests(source.root), digests(target.root)]);
    for (const [path, digest] of here) expect(there.get(path) === digest, `${when}: ${path} is another one`);
    for (const path of there.keys()) expect(here.has(path), `${when}: ${path} is missing`);
  };

  const bytes = await makeTree(source.root, options);
  const files = (await digests(source.root)).size;
  await writeFile(join(source.root, 'first'), 'copied before the kill');
  await run(['sync', '--include', 'first'], 'the first file');
  const killed = startCommand(['sync', '--run', 'killed'], job);
  while (killed.child.exitCode === null && (await published(target.root)) < 3) await pause();
  killed.child.kill('SIGKILL');
  await killed.ended;
  const atKill = await published(target.root);
  await run(['sync'], 'after the kill');
  await same('after the kill');
  const copiedAfterKill = (await published(target.root)) - atKill;
  const again = await run(['sync'], 'again');
  expect(again === 0, `again: ${again} files were copied that were there`);
  await writeFile(join(source.root, 'sub', 'changed'), 'longer than it was');
  await writeFile(join(source.root, 'new one'), 'new');
  expect((await run(['sync'], 'the change')) === 2, 'the change: not just what was changed was copied');
  await same('the change');
  return { files: files + 3, bytes, faults: faults.slice(0, 10), copiedAfterKill };

  async function run(args: readonly string[], when: string): Promise<number> {
    const { code, result, stderr } = await runCommand(args, job);
    expect(code === 0, `${when}: exit code ${code}: ${stderr.trim().split('\n').at(-1)}`);
    return code === 0 ? result.files.copied : -1;
  }
}

/** From nothing to large, around the borders of parts and segments; names that others stumble over. */
async function makeTree(
  root: string,
  { smallFiles, largeBytes }: { smallFiles: number; largeBytes: number },
): Promise<number> {
  const sizes: Record<string, number> = {
    empty: 0,
    'sub/one byte': 1,
    'sub/changed': 3,
    'part-1': 5 * MiB - 1,
    part: 5 * MiB,
    'part+1': 5 * MiB + 1,
    segments: 16 * MiB,
    'deep/er/and/deeper/file': 100_000,
    'caf\u00e9/\u540d\u524d \u{1f600} & %2e+?#.txt': 1234,
    'large.bin': largeBytes,
  };
  for (let number = 0; number < smallFiles; number++) sizes[`many/${number % 7}/${number}`] = 10 + (number % 3000);
  let bytes = 0;
  for (const [path, size] of Object.entries(sizes)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await using file = await open(join(root, path), 'w');
    await file.truncate(size); // sparse: costs no disk
    const [head, tail] = [createHash('sha256').update(path).digest(), Buffer.from('the end')];
    await file.write(head, 0, Math.min(size, head.length), 0);
    if (size > 1000) await file.write(tail, 0, tail.length, size - tail.length);
    bytes += size;
  }
  return bytes;
}

/** Path → SHA-256 of everything below, drafts included. */
async function digests(root: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(relative(root, path), await digestOf(path));
  }
  return found;
}

async function published(root: string): Promise<number> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.sync-task.')).length;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256').update(String((await stat(path)).size));
  for await (const piece of createReadStream(path, { highWaterMark: MiB })) hash.update(piece);
  return hash.digest('hex');
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
