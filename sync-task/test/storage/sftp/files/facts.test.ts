/** Size, time and type of what stands at a server that leaves some of it out. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { endOf } from '../../../../src/storage/sftp/files/facts.ts';
import type { SftpChannel } from '../../../../src/storage/sftp/protocol/channel.ts';
import { status } from '../../../../src/storage/sftp/protocol/packet.ts';
import { SftpStatus } from '../../../../src/storage/sftp/protocol/sftp-errors.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { type Faults, startSftpServer } from '../../../kit/sftp-server/server.ts';
import { openSftp } from '../../../kit/sftp-storage.ts';

const time = new Date('2024-03-01T00:00:00Z');
const signal = new AbortController().signal;
const sizes = [0, 1, 32 * 1024 - 1, 32 * 1024, 65_536, 65_537, 300_000];

async function serve(t: ExecutionContext, faults: Faults): Promise<{ root: string; storage: Storage }> {
  const root = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'folder/below'), { recursive: true });
  await mkdir(join(root, 'empty'));
  for (const size of sizes) {
    await writeFile(join(root, 'folder', `${size}`), Buffer.alloc(size, 'x'));
    await utimes(join(root, 'folder', `${size}`), time, time);
  }
  await symlink('folder', join(root, 'link'));
  const server = await startSftpServer({ root, faults });
  t.teardown(() => server.stop());
  const { password, knownHosts } = server;
  const storage = await openSftp(server, '/', { password, knownHosts });
  t.teardown(() => storage[Symbol.asyncDispose]());
  return { root, storage };
}

async function listed(storage: Storage) {
  const entries = [];
  for await (const page of storage.list({ prefix: '', signal })) entries.push(...page);
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const all = ['size', 'mode', 'times'] as const;
const rows: readonly (readonly [string, Faults, readonly string[]])[] = [
  ['nothing', {}, ['listing', 'listing', 'listing']],
  ['sizes in listings', { leavesOut: { READDIR: ['size'] } }, ['LSTAT', 'LSTAT', 'LSTAT']],
  ['everything in listings', { leavesOut: { READDIR: all } }, ['LSTAT', 'LSTAT', 'LSTAT']],
  ['sizes by path', { leavesOut: { READDIR: all, LSTAT: ['size'] } }, ['LSTAT', 'FSTAT', 'LSTAT']],
  ['types everywhere', { leavesOut: { READDIR: ['mode'], LSTAT: ['mode'], FSTAT: ['mode'] } }, []],
  [
    'sizes everywhere',
    { leavesOut: { READDIR: ['size'], LSTAT: ['size'], FSTAT: ['size'] } },
    ['LSTAT', 'reading', 'LSTAT'],
  ],
  [
    'times everywhere',
    { leavesOut: { READDIR: ['times'], LSTAT: ['times'], FSTAT: ['times'] } },
    ['LSTAT', 'LSTAT', 'nobody'],
  ],
  ['everything everywhere', { leavesOut: { READDIR: all, LSTAT: all, FSTAT: all } }, ['reading', 'reading', 'nobody']],
  ['nothing, but tells it twice', { tellsTwice: true }, ['listing', 'listing', 'listing']],
  [
    'everything everywhere, with few handles',
    { leavesOut: { READDIR: all, LSTAT: all, FSTAT: all }, maxOpenFiles: 1 },
    [],
  ],
];

for (const [what, faults, tellers] of rows) {
  test(`a server that leaves out ${what}`, async (t) => {
    const { root, storage } = await serve(t, faults);
    const hasTimes = !faults.leavesOut?.FSTAT?.includes('times');
    if (faults.leavesOut?.FSTAT?.includes('mode') !== true) execFileSync('mkfifo', [join(root, 'pipe')]);
    const files = (await listed(storage)).filter(({ kind }) => kind === 'file');
    t.deepEqual(
      files.map(({ path, size, mtimeMs, timeUnknown = false }) => ({ path, size, mtimeMs, timeUnknown })),
      sizes
        .map((size) => ({
          path: `folder/${size}`,
          size,
          mtimeMs: hasTimes ? time.getTime() : 0,
          timeUnknown: !hasTimes,
        }))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    );
    const others = (await listed(storage)).filter(({ kind }) => kind !== 'file').map(({ path, kind }) => [path, kind]);
    t.deepEqual(others[0], ['link', 'link']);
    for (const { path, size, mtimeMs } of files) {
      t.like(await storage.stat(path), { kind: 'file', size, mtimeMs });
      let bytes = 0;
      for await (const chunk of storage.read(path, { expected: { size, mtimeMs }, start: 0, signal }))
        for (const piece of chunk) bytes += piece.length;
      t.is(bytes, size);
    }
    t.is((await storage.stat('folder/below'))?.kind, 'folder');
    const row = storage.features?.find(({ name }) => name === 'tells size, time and type');
    const [type, size, mtime] = tellers;
    if (size === 'listing') t.is(row?.offered, true);
    else if (size === 'LSTAT' && mtime === 'LSTAT') t.is(row?.detail, 'type by LSTAT, size by LSTAT, time by LSTAT');
    else if (type) t.is(row?.detail, `type by ${type}, size by ${size}, time by ${mtime}`);
    if (mtime === 'nobody') t.regex(row?.cost ?? '', /their digest decides/);
  });
}

test('a file without a size that grew since it was listed is no whole file', async (t) => {
  const { root, storage } = await serve(t, { leavesOut: { READDIR: all, LSTAT: ['size'], FSTAT: ['size'] } });
  await writeFile(join(root, 'folder/1'), 'xx');
  await utimes(join(root, 'folder/1'), time, time);
  const read = async () => {
    for await (const _ of storage.read('folder/1', {
      expected: { size: 1, mtimeMs: time.getTime() },
      start: 0,
      signal,
    }));
  };
  await t.throwsAsync(read, { message: /is longer than its 1 bytes/ });
});

test('the end of a file is found by reading single bytes, however it is told', async (t) => {
  const size = fc.oneof(
    fc.nat(300_000),
    fc.maxSafeNat().map((bytes) => Math.floor(bytes / 8)),
  );
  await fc.assert(
    fc.asyncProperty(size, fc.option(size, { nil: undefined }), fc.boolean(), async (bytes, likely, refuses) => {
      let reads = 0;
      const channel = {
        async read(_handle: Buffer, offset: number) {
          reads++;
          if (offset >= bytes && refuses && offset > 0) throw new SftpStatus(status.failure, '');
          return offset < bytes ? 1 : 0;
        },
      } as unknown as SftpChannel;
      t.is(await endOf(channel, Buffer.alloc(0), likely), bytes);
      t.true(reads < 120);
    }),
  );
});
