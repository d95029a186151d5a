/** Buckets by the command itself: what breaks off goes on with its parts, what fails says so, what is stored stays as it was. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { newFolders, put, runCommand, startCommand, treeOf, until } from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { newS3Place } from '../kit/s3-job.ts';

const test = needs('versitygw');

const MiB = 1024 * 1024;
const PART = 5 * MiB;

/** Not periodic in any power of two, so that a piece at a wrong place shows. */
function pattern(bytes: number): Buffer {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at);
  return content;
}

/** A folder to a bucket. */
async function newUpload(t: ExecutionContext) {
  const folders = await newFolders(t);
  const place = await newS3Place(t);
  const job = { ...folders.environment, ...place.as('TARGET'), SYNC_TASK_LEASE: '1s' };
  return { ...folders, ...place, job };
}

/** The folders in which versitygw keeps uploads that are not complete. */
async function openUploads(folder: string): Promise<number> {
  const entries = await readdir(join(folder, 'feed', '.sgwtmp', 'multipart'), { recursive: true }).catch(() => []);
  return new Set(entries.map((entry) => entry.split('/')[1]).filter(Boolean)).size;
}

for (const ending of ['SIGKILL', 'SIGTERM'] as const) {
  test(`${ending} amid a multipart upload: the next start uploads only the missing parts`, async (t) => {
    const { source, root, proxy, server, job } = await newUpload(t);
    const parts = 12;
    const content = pattern(parts * PART - 12_345);
    await writeFile(join(source, 'large.bin'), content);
    const small = { ...job, SYNC_TASK_CHECKPOINT_BYTES: String(8 * MiB) };
    t.is((await runCommand(['plan', '--run', 'r'], small)).code, 0);
    const run = ['run', '--run', 'r', '--batch', '1'];
    proxy.fault = ({ operation, part = 0 }) => (operation === 'UploadPart' && part > 5 ? 'hang' : undefined);
    const doomed = startCommand(run, small);
    await until(() => proxy.count('UploadPart') === 5);
    await until(() => proxy.requests.some(({ part }) => part === 6));
    doomed.child.kill(ending);
    await doomed.ended;
    t.deepEqual(await treeOf(root), {}, 'nothing is seen before it is complete');

    proxy.fault = () => undefined;
    const again = await runCommand(run, small);
    t.is(again.code, 0, again.stderr);
    t.is(proxy.count('UploadPart'), parts, 'no part was sent twice');
    t.is(proxy.count('CreateMultipartUpload'), 1);
    t.true(content.equals(await readFile(join(root, 'large.bin'))));
    t.is(await openUploads(server.folder), 0);
  });
}

test('an upload that nobody resumes is swept', async (t) => {
  const { source, root, proxy, server, job } = await newUpload(t);
  await writeFile(join(source, 'large.bin'), pattern(4 * PART));
  t.is((await runCommand(['plan', '--run', 'r'], job)).code, 0);
  proxy.fault = ({ operation, part = 0 }) => (operation === 'UploadPart' && part > 1 ? 'hang' : undefined);
  const doomed = startCommand(['run', '--run', 'r', '--batch', '1'], job);
  await until(() => proxy.requests.some(({ part }) => part === 2));
  doomed.child.kill('SIGKILL');
  await doomed.ended;
  t.is(await openUploads(server.folder), 1);
  proxy.fault = () => undefined;
  await until(async () => {
    t.is((await runCommand(['finish', '--run', 'r'], job)).code, 75);
    return (await openUploads(server.folder)) === 0;
  });
  t.deepEqual(await treeOf(root), {});
});

test('an upload that was begun and never written down is swept too', async (t) => {
  const { source, proxy, server, job } = await newUpload(t);
  await writeFile(join(source, 'large.bin'), pattern(3 * PART));
  t.is((await runCommand(['plan', '--run', 'r'], job)).code, 0);
  proxy.fault = ({ operation }) => (operation === 'CreateMultipartUpload' ? 'lose' : undefined);
  const doomed = startCommand(['run', '--run', 'r', '--batch', '1'], job);
  await until(() => proxy.count('CreateMultipartUpload') > 0);
  doomed.child.kill('SIGKILL');
  await doomed.ended;
  t.true((await openUploads(server.folder)) > 0);
  proxy.fault = () => undefined;
  const again = await runCommand(['run', '--run', 'r', '--batch', '1'], job);
  t.is(again.code, 0, again.stderr);
  t.is(await openUploads(server.folder), 0);
});

test('what transforms make is uploaded by the managed upload, and its upload is swept after a kill', async (t) => {
  const { source, root, proxy, server, job } = await newUpload(t);
  const masked = { ...job, SYNC_TASK_TRANSFORM: 'replace-whitespace' };
  const content = Buffer.from('some words and more\n'.repeat((4 * PART) / 20));
  await writeFile(join(source, 'large.txt'), content);
  await put(source, 'small.txt', 'a b');
  t.is((await runCommand(['plan', '--run', 'r'], masked)).code, 0);
  proxy.fault = ({ operation, part = 0 }) => (operation === 'UploadPart' && part > 1 ? 'hang' : undefined);
  const doomed = startCommand(['run', '--run', 'r', '--batch', '1'], masked);
  await until(() => proxy.requests.some(({ part }) => part === 2));
  doomed.child.kill('SIGKILL');
  await doomed.ended;
  t.is(await openUploads(server.folder), 1);
  t.false(Object.keys(await treeOf(root)).includes('large.txt'));
  proxy.fault = () => undefined;
  const again = await runCommand(['run', '--run', 'r', '--batch', '1'], masked);
  t.is(again.code, 0, again.stderr);
  t.is(await openUploads(server.folder), 0);
  const expected = content.toString().replaceAll(/\s/g, '_');
  const tree = await treeOf(root);
  t.is(tree['small.txt']?.length, 3);
  t.is(tree['large.txt']?.length, expected.length);
  t.false(/ /.test(tree['large.txt'] ?? ' '));
});

for (const [what, operation, size] of [
  ['a small file', 'PutObject', 100],
  ['a large file', 'CompleteMultipartUpload', 2 * PART],
] as const) {
  test(`the answer that ${what} is stored is lost: it is recognised, not stored twice`, async (t) => {
    const { source, root, proxy, job } = await newUpload(t);
    await writeFile(join(source, 'file'), pattern(size));
    let lost = 0;
    proxy.fault = (request) => (request.operation === operation && lost++ === 0 ? 'lose' : undefined);
    const { code, stderr, result } = await runCommand(['sync'], job);
    t.is(code, 0, stderr);
    t.is(result.files.copied, 1);
    t.is(proxy.count('PutObject') + proxy.count('UploadPart'), Math.ceil(size / PART), 'no byte was sent twice');
    t.deepEqual(await treeOf(root), await treeOf(source));
  });

  test(`somebody else stores ${what} meanwhile: nothing of his is overwritten unseen`, async (t) => {
    const { source, root, proxy, job } = await newUpload(t);
    await writeFile(join(source, 'file'), pattern(size));
    let first = true;
    proxy.fault = (request) => {
      if (request.operation !== operation || !first) return undefined;
      first = false;
      return { status: 412, code: 'PreconditionFailed' };
    };
    const { code, stderr } = await runCommand(['sync'], job);
    t.is(code, 0, stderr);
    t.regex(stderr, /trying again: .*somebody else wrote it meanwhile/);
    const conditions = proxy.requests.filter((request) => request.operation === operation);
    t.true(conditions.every(({ headers }) => headers['if-none-match'] === '*'));
    t.deepEqual(await treeOf(root), await treeOf(source));
  });
}

test('a service that fails to put the parts together is asked again later, and gets no part twice', async (t) => {
  const { source, root, proxy, job } = await newUpload(t);
  await writeFile(join(source, 'file'), pattern(3 * PART));
  let failures = 0;
  // More often than the SDK asks again by itself.
  proxy.fault = ({ operation }) =>
    operation === 'CompleteMultipartUpload' && failures++ < 6 ? { status: 500, code: 'InternalError' } : undefined;
  const { code, stderr, result } = await runCommand(['sync'], job);
  t.is(code, 0, stderr);
  t.regex(stderr, /trying again/);
  t.is(result.files.copied, 1);
  t.is(proxy.count('UploadPart'), 3);
  t.is(proxy.count('CreateMultipartUpload'), 1);
  t.deepEqual(await treeOf(root), await treeOf(source));
});

/** What the service answers to everything: exit code, and what is said. */
const refusals: Readonly<Record<string, readonly [status: number, code: number, says: RegExp]>> = {
  SlowDown: [503, 75, /asks to slow down/],
  InternalError: [500, 75, /failed or was busy/],
  AccessDenied: [403, 77, /access denied; give these credentials/],
  ExpiredToken: [400, 77, /credentials have expired/],
  RequestTimeTooSkewed: [403, 77, /clocks differ/],
  NoSuchBucket: [404, 64, /no such bucket/],
  PermanentRedirect: [301, 64, /another region/],
};

for (const [name, [status, code, says]] of Object.entries(refusals)) {
  test(`a service that answers ${name} ends with ${code}, in one line`, async (t) => {
    const { proxy, environment, as } = await newUpload(t);
    const back = { ...environment, SYNC_TASK_TARGET: environment['SYNC_TASK_SOURCE'] ?? '', ...as('SOURCE') };
    proxy.fault = () => ({ status, code: name });
    const outcome = await runCommand(['check'], back);
    t.is(outcome.code, code, outcome.stderr);
    t.is(outcome.errors.length, 1);
    t.regex(outcome.errors[0] ?? '', says);
    t.false(outcome.errors[0]?.includes('\n'));
  });
}
