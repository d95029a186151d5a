/** How many requests a small file costs each server: the table in `docs/performance.md` is what is counted here. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Environment, newFolders, put, runCommand } from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { newS3Place } from '../kit/s3-job.ts';
import type { SftpServer } from '../kit/sftp-server/server.ts';
import { start } from '../kit/ssh2-client.ts';

const FEW = 5;
const MANY = 25;

type Counted = ReadonlyMap<string, number>;

/** One end of a copy: a folder of this machine behind settings, and what has been asked of it so far. */
interface Side {
  readonly root: string;
  as(role: 'SOURCE' | 'TARGET'): Environment;
  counted(): Counted;
}

async function folder(t: ExecutionContext): Promise<Side> {
  const { source: root } = await newFolders(t);
  return { root, as: (role) => ({ [`SYNC_TASK_${role}`]: `file://${root}` }), counted: () => new Map() };
}

async function sftp(t: ExecutionContext): Promise<Side> {
  const server: SftpServer = await start(t);
  const { host, port, user, password, hostKeyFingerprint } = server;
  return {
    root: server.root,
    as: (role) => ({
      [`SYNC_TASK_${role}`]: `sftp://${user}@${host}:${port}/`,
      [`SYNC_TASK_${role}_PASSWORD`]: password,
      [`SYNC_TASK_${role}_HOST_KEY`]: hostKeyFingerprint,
    }),
    counted: () => new Map(server.counters.requests),
  };
}

async function s3(t: ExecutionContext): Promise<Side> {
  const { root, proxy, as } = await newS3Place(t);
  return {
    root,
    as,
    counted() {
      const counted = new Map<string, number>();
      for (const { operation } of proxy.requests) counted.set(operation, (counted.get(operation) ?? 0) + 1);
      return counted;
    },
  };
}

/** Requests for each file of a run with many that those of a run with few don't explain. */
async function perFile(t: ExecutionContext, source: Side, target: Side, more: Environment, isChanged: boolean) {
  const environment = { ...source.as('SOURCE'), ...target.as('TARGET'), ...more };
  async function succeeds(day: number, state: string): Promise<void> {
    const args = ['sync', '--prefix', `day-${day}/`, '--state', `sqlite:${state}`];
    const { code, stderr } = await runCommand(args, environment);
    t.is(code, 0, stderr);
  }
  const days: { readonly source: Counted; readonly target: Counted }[] = [];
  for (const [day, files] of [FEW, MANY].entries()) {
    const { state } = await newFolders(t);
    const write = (file: number, version: number) =>
      put(source.root, `day-${day}/file-${file}`, `version ${version}`, `2024-03-0${version}T00:00:00Z`);
    await write(files, 1); // whose folder is there from then on
    await succeeds(day, state);
    for (const version of isChanged ? [1, 2] : [1]) {
      for (let file = 0; file < files; file++) await write(file, version);
      const before = { source: source.counted(), target: target.counted() };
      await succeeds(day, state);
      days[day] = { source: since(before.source, source.counted()), target: since(before.target, target.counted()) };
    }
  }
  const [few, many] = days;
  return `${inWords(few?.source, many?.source)} | ${inWords(few?.target, many?.target)}`;
}

/** What a page of a listing costs is shared by the files on it. */
const ofListing: ReadonlySet<string> = new Set(['OPENDIR', 'READDIR', 'ListObjectsV2']);

const since = (before: Counted, now: Counted): Counted =>
  new Map([...now].map(([name, count]) => [name, count - (before.get(name) ?? 0)]));

function inWords(few: Counted = new Map(), many: Counted = new Map()): string {
  const each = [...many].flatMap(([name, count]) => {
    const each = Math.round((count - (few.get(name) ?? 0)) / (MANY - FEW));
    return each > 0 && !ofListing.has(name) ? [`${each === 1 ? '' : `${each} × `}${name}`] : [];
  });
  return each.sort().join(', ') || 'none';
}

type Kind = 'folder' | 'SFTP' | 'S3';
const open: Readonly<Record<Kind, (t: ExecutionContext) => Promise<Side>>> = { folder, SFTP: sftp, S3: s3 };

const rows: readonly {
  readonly name: string;
  readonly from: Kind;
  readonly to: Kind | 'same';
  readonly isChanged?: true;
}[] = [
  { name: 'SFTP → SFTP', from: 'SFTP', to: 'SFTP' },
  { name: 'SFTP → SFTP, changed', from: 'SFTP', to: 'SFTP', isChanged: true },
  { name: 'folder → S3', from: 'folder', to: 'S3' },
  { name: 'folder → S3, changed', from: 'folder', to: 'S3', isChanged: true },
  { name: 'S3 → folder', from: 'S3', to: 'folder' },
  { name: 'S3 → S3, another service', from: 'S3', to: 'S3' },
  { name: 'S3 → S3, the same service', from: 'S3', to: 'same' },
];

for (const { name, from, to, isChanged = false } of rows) {
  (from === 'S3' || to === 'S3' ? needs('versitygw') : test)(name, async (t) => {
    const source = await open[from](t);
    const target = to === 'same' ? source : await open[to](t);
    const more = to === 'same' ? { SYNC_TASK_TARGET: 's3://feed/copy' } : {};
    const counted = await perFile(t, source, target, more, isChanged);
    const page = await readFile(join(import.meta.dirname, '../../../docs/performance.md'), 'utf8');
    t.true(page.includes(`| ${name} | ${counted} |`), `| ${name} | ${counted} |`);
  });
}
