/** Hashes that the server makes: of servers that differ in how they answer, and of a real one. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { FileVersion } from '../../../../src/base/model.ts';
import { compareContent, contentDigest } from '../../../../src/engine/transfer/content-digest.ts';
import { segmentDigest } from '../../../../src/engine/transfer/segment-digest.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { finishDraft, noise } from '../../../contract/storage/arrange.ts';
import { needs } from '../../../kit/needs.ts';
import { startProFtpd } from '../../../kit/proftpd.ts';
import type { Faults, SftpServer } from '../../../kit/sftp-server/options.ts';
import { startSftpServer } from '../../../kit/sftp-server/server.ts';
import { openSftp } from '../../../kit/sftp-storage.ts';

const signal = new AbortController().signal;
const SEGMENT = 64 * 1024;
const content = noise(4 * SEGMENT + 321);

function digestOf(bytes: Buffer) {
  const digest = segmentDigest(SEGMENT);
  digest.update([bytes]);
  return digest.finish();
}

interface Place {
  readonly root: string;
  readonly storage: Storage;
}

async function version({ root, storage }: Place, path: string): Promise<FileVersion> {
  const { size, mtimeMs } = await stat(join(root, path));
  const step = storage.capabilities.mtimeStepMs;
  return { size, mtimeMs: Math.floor(mtimeMs / step) * step };
}

async function scripted(t: ExecutionContext, faults: Faults): Promise<Place & { readonly server: SftpServer }> {
  const root = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const server = await startSftpServer({ root, faults });
  t.teardown(() => server.stop());
  const { password, knownHosts } = server;
  const storage = await openSftp(server, '/', { password, knownHosts });
  t.teardown(() => storage[Symbol.asyncDispose]());
  return { root, storage, server };
}

async function lookAt(t: ExecutionContext, { root, storage }: Place, readBytes: number): Promise<void> {
  await writeFile(join(root, 'file'), content);
  await writeFile(join(root, 'empty'), '');
  const expected = await version({ root, storage }, 'file');
  t.deepEqual(await contentDigest(storage, 'file', { expected, segmentBytes: SEGMENT, signal }), {
    digest: digestOf(content),
    readBytes,
  });
  const empty = await version({ root, storage }, 'empty');
  const { digest } = await contentDigest(storage, 'empty', { expected: empty, segmentBytes: SEGMENT, signal });
  t.deepEqual(digest, digestOf(Buffer.alloc(0)));
  const draft = await finishDraft(storage, 'file', content.subarray(0, 70_000));
  const drafted = await contentDigest(storage, 'file', {
    expected: { size: 70_000, mtimeMs: 0 },
    segmentBytes: SEGMENT,
    draft,
    signal,
  });
  t.deepEqual(drafted.digest, digestOf(content.subarray(0, 70_000)));
  await t.throwsAsync(
    contentDigest(storage, 'file', {
      expected: { ...expected, size: content.length - 1 },
      segmentBytes: SEGMENT,
      signal,
    }),
    { message: /changed while it was read|is not what was listed/ },
  );
}

/** Holes read as zeros. */
async function truncatedFile(path: string, bytes: number): Promise<number> {
  await writeFile(path, '');
  await truncate(path, bytes);
  return bytes;
}

for (const checkFile of ['plain', 'prefixed', 'adds-offset'] as const) {
  test(`a server that answers ${checkFile}: nothing is read`, async (t) => {
    const place = await scripted(t, { checkFile });
    t.true(place.storage.capabilities.hashesFiles);
    await lookAt(t, place, 0);
    t.is(place.server.counters.bytesRead, 0);
  });
}

for (const [what, faults, hashes] of [
  ['that knows another algorithm alone', { checkFile: 'md5' }, true],
  ['that does not hash', {}, false],
  ['that has no extensions', { noExtensions: true }, false],
] as const) {
  test(`a server ${what}: the file is read`, async (t) => {
    const place = await scripted(t, faults);
    t.is(place.storage.capabilities.hashesFiles, hashes);
    await lookAt(t, place, content.length);
  });
}

test('a server that refuses amid the file: the rest is read', async (t) => {
  const place = await scripted(t, { checkFile: 'plain' });
  await writeFile(join(place.root, 'file'), content);
  const expected = await version(place, 'file');
  place.server.faults.failAtRequest = { type: 'check-file-name', count: 1 };
  const found = await contentDigest(place.storage, 'file', { expected, segmentBytes: SEGMENT, signal });
  t.deepEqual(found, { digest: digestOf(content), readBytes: content.length });
});

test('a server that hashes wrongly is not believed', async (t) => {
  const place = await scripted(t, { checkFile: 'plain' });
  await writeFile(join(place.root, 'file'), content);
  const expected = await version(place, 'file');
  const wrong: Storage = { ...place.storage, hashSegments: async () => ['00'.repeat(32)] };
  t.is(await compareContent(wrong, 'file', digestOf(content), { expected, signal }), undefined);
  const other = Buffer.from(content);
  other[2 * SEGMENT] = (other[2 * SEGMENT] as number) ^ 1;
  t.is(await compareContent(wrong, 'file', digestOf(other), { expected, signal }), 2);
  t.is(await compareContent(place.storage, 'file', digestOf(other), { expected, signal }), 2);
});

needs('ProFTPD')('ProFTPD hashes files, at any offset', async (t) => {
  const server = await startProFtpd();
  t.teardown(() => server.stop());
  const { knownHosts, privateKey, root } = server;
  const storage = await openSftp(server, root, { knownHosts, privateKey });
  t.teardown(() => storage[Symbol.asyncDispose]());
  t.true(storage.capabilities.hashesFiles);
  await lookAt(t, { root, storage }, 0);
  // More than one request: a range is 256 MiB at most, and one segment at least.
  const segmentBytes = 320 * 1024 * 1024;
  const large = await truncatedFile(join(root, 'large'), 2 * segmentBytes + 5);
  const hashes = await storage.hashSegments?.('large', { size: large, segmentBytes, signal });
  const zeros = (bytes: number) => createHash('sha256').update(Buffer.alloc(bytes)).digest('hex');
  t.deepEqual(hashes, [zeros(segmentBytes), zeros(segmentBytes), zeros(5)]);
  // Its hashes of blocks of this size are wrong: they are not asked for.
  t.deepEqual(await storage.hashSegments?.('large', { size: large, segmentBytes: 1_000_000, signal }), []);
});
