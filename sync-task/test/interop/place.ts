/** A job between one server and a local folder, and the files that it is about. */
import { createHash } from 'node:crypto';
import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type Environment, type Outcome, runCommand, type Started, startCommand } from '../kit/job.ts';
import type { RunningServer } from './programs.ts';
import type { Row } from './servers-doc.ts';

export type Role = 'SOURCE' | 'TARGET';

export interface Job extends AsyncDisposable {
  /** Both on local disk. */
  readonly source: string;
  readonly target: string;
  run(...words: string[]): Promise<Outcome>;
  start(...words: string[]): Started;
}

/** A server in one role, a local folder in the other. */
export async function openJob(
  server: RunningServer,
  role: Role,
  program: string,
  more: Environment = {},
): Promise<Job> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-interop-'));
  const place = join(server.root, role);
  const local = join(folder, 'local');
  await Promise.all([mkdir(place), mkdir(local)]);
  if (server.owner !== undefined) await chown(place, server.owner, server.owner);
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
    ...more,
  };
  return {
    ...{ source, target },
    run: (...words) => runCommand(words, environment, { program }),
    start: (...words) => startCommand(words, environment, { program }),
    async [Symbol.asyncDispose]() {
      await Promise.all([folder, place].map((each) => rm(each, { recursive: true, force: true })));
    },
  };
}

/** What `check` says of one role. */
export function rowsOf({ result }: Outcome, role: Role): readonly Row[] {
  const place = (result.capabilities as unknown as Record<string, { features: readonly Row[] }>)[role.toLowerCase()];
  return place?.features ?? [];
}

export function bytes(count: number, seed: string): Buffer {
  return Buffer.alloc(count, createHash('sha512').update(seed).digest());
}

export async function put(root: string, path: string, content: Buffer, time: Date): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  await utimes(join(root, path), time, time);
}

/** Path → digest and time in seconds, of everything there. */
export async function seen(root: string, withTimes: boolean): Promise<Record<string, string>> {
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

/** The lines of warnings and errors, for a failure's message. */
export function complaints({ stderr }: Outcome): string {
  const lines = stderr.split('\n').filter((line) => /warn|error/.test(line));
  return lines.slice(0, 5).join('\n');
}
