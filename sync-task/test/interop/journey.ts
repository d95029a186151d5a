/** What a server is put through, as a source and as a target, by the whole program. */
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type Environment, type Outcome, runCommand, startCommand } from '../kit/job.ts';
import type { RunningServer } from './programs.ts';
import type { Row } from './servers-doc.ts';

export interface JourneyOptions {
  readonly program: string;
  /** Bytes of the largest file, in the middle of which the program is killed. */
  readonly largeBytes: number;
}

const KIB = 1024;
const sizes = [0, 1, 32 * KIB - 1, 32 * KIB, 32 * KIB + 1, 255 * KIB - 1, 255 * KIB, 255 * KIB + 1];
const names = ['a b', 'é', 'e\u0301', '日本語', "it's", '-rf', '100%25', 'back\\slash', '#;$&', 'x'.repeat(200)];

/** Path → bytes, for three days. */
function tree(): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const day of ['2026-11-01', '2026-11-02', '2026-11-03']) {
    for (const size of sizes) files.set(`${day}/size/${size}`, bytes(size, `${day}${size}`));
    for (const name of names) files.set(`${day}/${name}`, Buffer.from(`${day} ${name}`));
  }
  return files;
}

function bytes(count: number, seed: string): Buffer {
  const block = createHash('sha512').update(seed).digest();
  return Buffer.alloc(count, block);
}

async function put(root: string, path: string, content: Buffer, time: Date): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  await utimes(join(root, path), time, time);
}

/** Path → digest and time in seconds, of everything there. */
async function seen(root: string, withTimes: boolean): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const digest = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
      .slice(0, 16);
    const { mtimeMs } = await stat(file);
    found[relative(root, file)] = withTimes ? `${digest} ${Math.floor(mtimeMs / 1000)}` : digest;
  }
  return found;
}

const time = new Date('2024-03-01T10:20:30Z');

/** Throws where anything is not as it should be. Returns the rows of `check`. */
export async function journey(
  server: RunningServer,
  role: 'SOURCE' | 'TARGET',
  { program, largeBytes }: JourneyOptions,
): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-interop-'));
  const place = join(server.root, role);
  const local = join(folder, 'local');
  await Promise.all([mkdir(place), mkdir(local)]);
  const [source, target] = role === 'SOURCE' ? [place, local] : [local, place];
  const url = `sftp://${server.user}@127.0.0.1:${server.port}${join(server.remoteRoot, role)}`;
  const environment: Environment = {
    [`SYNC_TASK_${role}`]: url,
    [`SYNC_TASK_${role === 'SOURCE' ? 'TARGET' : 'SOURCE'}`]: `file://${local}`,
    [`SYNC_TASK_${role}_KNOWN_HOSTS`]: server.knownHosts,
    ...(server.password === undefined ? {} : { [`SYNC_TASK_${role}_PASSWORD`]: server.password }),
    ...(server.privateKey === undefined ? {} : { [`SYNC_TASK_${role}_PRIVATE_KEY`]: server.privateKey }),
    SYNC_TASK_STATE: `sqlite:${join(folder, 'state.db')}`,
    SYNC_TASK_PIPELINE: 'interop',
    SYNC_TASK_CHECKPOINT_BYTES: '1M',
  };
  const run = (...words: string[]) => runCommand(words, environment, { program });

  try {
    const checked = await run('check');
    assert.equal(checked.code, 0, checked.stderr);
    const keepsTimes = !rows(checked, role).some(
      ({ name, offered }) => name === 'modification times' && offered === 'no',
    );

    for (const [path, content] of tree()) await put(source, path, content, time);
    await settled(run('sync'), 'the first run', { copied: tree().size });
    assert.deepEqual(await seen(target, keepsTimes), await seen(source, keepsTimes), 'the first run');
    await settled(run('sync'), 'an unchanged second run', { copied: 0, unchanged: tree().size });

    await put(source, '2026-11-02/a b', Buffer.from('another text'), new Date('2024-03-02T00:00:00Z'));
    await put(source, '2026-11-02/size/32768', bytes(5, 'shorter'), new Date('2024-03-02T00:00:00Z'));
    await settled(run('sync'), 'files that changed', { copied: 2 });
    assert.deepEqual(await seen(target, keepsTimes), await seen(source, keepsTimes), 'files that changed');

    await put(source, 'large', bytes(largeBytes, 'large'), time);
    await killed(
      startCommand(['sync', '--run', 'killed', '--bwlimit', `${largeBytes}`], environment, { program }),
      target,
    );
    await settled(run('sync', '--run', 'killed'), 'after a kill', {});
    assert.deepEqual(await seen(target, keepsTimes), await seen(source, keepsTimes), 'after a kill');

    const verified = await run('verify', '--checksum', 'both');
    assert.equal(verified.code, 0, `verify: ${verified.stderr}`);
    return rows(await run('check'), role);
  } finally {
    await Promise.all([rm(folder, { recursive: true, force: true }), rm(place, { recursive: true, force: true })]);
  }
}

function rows({ result }: Outcome, role: 'SOURCE' | 'TARGET') {
  const place = (result.capabilities as unknown as Record<string, { features: never }>)[role.toLowerCase()];
  return place?.features as unknown as readonly Row[];
}

async function settled(
  running: Promise<Outcome>,
  what: string,
  counts: { readonly copied?: number; readonly unchanged?: number },
): Promise<void> {
  const { code, stderr, result } = await running;
  assert.equal(
    code,
    0,
    `${what}: ${stderr
      .split('\n')
      .filter((line) => /warn|error/.test(line))
      .slice(0, 5)
      .join('\n')}`,
  );
  for (const [name, count] of Object.entries(counts)) {
    assert.equal(result.files[name as 'copied' | 'unchanged'], count, `${what}: ${name}`);
  }
}

/** As soon as some of it has arrived. */
async function killed({ child, ended }: ReturnType<typeof startCommand>, target: string): Promise<void> {
  const isOver = ended.then(() => true);
  for (let over = false; !over; ) {
    over = await Promise.race([isOver, new Promise<boolean>((resolve) => setTimeout(resolve, 20, false))]);
    const drafts = (await readdir(target)).filter((name) => name.startsWith('.sync-task.'));
    const bytes = await Promise.all(
      drafts.map((name) =>
        stat(join(target, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    if (bytes.some((size) => size > 0)) break;
  }
  child.kill('SIGKILL');
  await ended;
}
