import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CopyObjectCommand, HeadObjectCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import type { ExecutionContext } from 'ava';
import { retryReading } from '../../../src/storage/around/retry.ts';
import { byteBudget } from '../../../src/storage/budget.ts';
import { describing } from '../../../src/storage/objects/description.ts';
import { keySpace } from '../../../src/storage/objects/keys.ts';
import { conditions } from '../../../src/storage/s3/conditions.ts';
import { copiedDraft } from '../../../src/storage/s3/drafts/copied-draft.ts';
import { LEAST_PART_BYTES, partBytes } from '../../../src/storage/s3/drafts/upload-plan.ts';
import {
  finishDraft,
  listAll,
  listPaths,
  never,
  noise,
  publishFile,
  put,
  readAll,
  someDraft,
  someTimeMs,
  startDraft,
  throwsSyncError,
} from '../../contract/storage/arrange.ts';
import { type OpenedFolder, objectStorageContract, openedFolder } from '../../contract/storage.ts';
import { needs } from '../../kit/needs.ts';
import { startS3Proxy } from '../../kit/s3-proxy.ts';
import { type S3Server, startS3Server } from '../../kit/s3-server.ts';
import { openS3, type S3Options } from '../../kit/s3-storage.ts';
import { silentLog } from '../../kit/sftp-storage.ts';

const test = needs('versitygw');

let server: S3Server;
let buckets = 0;
test.before(async () => {
  server = await startS3Server();
});
test.after.always(() => server?.stop());

async function openBucket(_t: ExecutionContext): Promise<OpenedFolder> {
  const bucket = join(server.folder, `bucket-${++buckets}`);
  const root = join(bucket, 'root');
  await mkdir(root, { recursive: true });
  const plain = await openS3(`s3://${bucket.split('/').at(-1)}/root`, server.environment);
  // As every storage is opened: a server may cut off the answer when an object changes amid it.
  return openedFolder(retryReading(plain, { attempts: 3, log: silentLog }), root);
}

objectStorageContract(test, 's3', openBucket);

const MiB = 1024 * 1024;

/** With a proxy before the service. */
async function openBehindProxy(t: ExecutionContext, options: S3Options = {}) {
  const bucket = `proxied-${++buckets}`;
  const root = join(server.folder, bucket, 'root');
  await mkdir(root, { recursive: true });
  const proxy = await startS3Proxy(server.endpoint);
  t.teardown(() => proxy.stop());
  const environment = { ...server.environment, AWS_ENDPOINT_URL_S3: proxy.endpoint };
  const storage = await openS3(`s3://${bucket}/root`, environment, options);
  t.teardown(() => storage[Symbol.asyncDispose]());
  return { root, storage, proxy, bucket };
}

function plainClient(): S3Client {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = server.environment;
  return new S3Client({
    region: 'us-east-1',
    endpoint: server.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
}

test('nobody sees a draft before it is published, small or large', async (t) => {
  const place = await openBehindProxy(t);
  const { storage } = place;
  for (const [path, size] of [
    ['small', 10],
    ['large', 12 * MiB],
  ] as const) {
    const content = noise(size);
    const name = await finishDraft(storage, path, content, { expectedBytes: size });
    t.is(await storage.stat(path), undefined);
    t.deepEqual(await listAll(storage), []);
    t.is((await storage.statDraft(path, name))?.size, size);
    await storage.publish(path, name);
    t.true(content.equals(await readFile(join(place.root, path))));
    t.true(await storage.recover(path, await finishDraft(storage, path, 'other')));
    t.is((await storage.stat(path))?.size, size);
    await publishFile(storage, `gone/${path}`, 'x');
    const { root } = place;
    for (const each of [path, 'gone']) await rm(join(root, each), { recursive: true });
  }
});

test('a finished upload of a process that died is found, published and removed by its ticket alone', async (t) => {
  const { storage, bucket, root } = await openBehindProxy(t);
  const content = noise(11 * MiB);
  for (const publishes of [true, false]) {
    let ticket = '';
    const name = someDraft('file');
    const remember = async (given: string) => {
      ticket = given;
    };
    await finishDraft(storage, 'file', content, { name, expectedBytes: content.length, remember });
    await using other = await openS3(`s3://${bucket}/root`, server.environment);
    t.is(await other.statDraft('file', name), undefined);
    t.like(await other.statDraft('file', name, ticket), { size: content.length, mtimeMs: someTimeMs });
    if (publishes) await other.publish('file', name, { ticket });
    else t.true(await other.recover('file', name, ticket));
    t.is(await other.statDraft('file', name, ticket), undefined);
  }
  t.true(content.equals(await readFile(join(root, 'file'))));
});

test('keys that no folder can hold are refused by name, folders of consoles are left out', async (t) => {
  const { storage, proxy } = await openBehindProxy(t);
  const object = (key: string, size = 1) =>
    `<Contents><Key>${key}</Key><Size>${size}</Size><LastModified>2024-03-01T00:00:00.000Z</LastModified></Contents>`;
  const keys = ['a//b', 'a/../b', './x', '../../etc/passwd', '/absolute', 'end/', 'good%0Aname', 'a+b', 'caf%C3%A9'];
  const contents = [object('root/', 0), object('root/folder/', 0), ...keys.map((key) => object(`root/${key}`))];
  proxy.fault = () => ({
    body: `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
  });
  const listed = await listAll(storage);
  t.deepEqual(
    listed.filter(({ kind }) => kind === 'file').map(({ path }) => path),
    ['a b', 'caf\u00e9', 'good\nname'],
  );
  t.deepEqual(
    listed.filter(({ kind }) => kind === 'refused').map(({ path }) => path),
    ['../../etc/passwd', './x', '/absolute', 'a/../b', 'a//b', 'end/'],
  );
  for (const { kind, reason } of listed) if (kind === 'refused') t.regex(reason ?? '', /^its key holds/);
});

test('what is said of an object travels with it', async (t) => {
  const s3 = { storageClass: 'standard_ia', encryption: 'AES256', tags: 'team=data,feed=a b' };
  const { storage, proxy } = await openBehindProxy(t, { s3 });
  const mtimeMs = someTimeMs + 123;
  await storage.publish('small', await finishDraft(storage, 'small', 'content', { mtimeMs }));
  const large = noise(11 * MiB);
  await storage.publish('large', await finishDraft(storage, 'large', large, { mtimeMs, expectedBytes: large.length }));
  for (const operation of ['PutObject', 'CreateMultipartUpload']) {
    const headers = proxy.requests.find((request) => request.operation === operation)?.headers;
    t.like(headers, {
      'x-amz-meta-mtime': (mtimeMs / 1000).toFixed(3),
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-server-side-encryption': 'AES256',
      'x-amz-tagging': 'team=data&feed=a+b',
    });
    t.is(headers?.['x-amz-acl'], undefined);
  }
  for (const path of ['small', 'large']) {
    t.is((await storage.stat(path))?.mtimeMs, someTimeMs);
    t.is((await storage.describe?.(path))?.keptMtimeMs, mtimeMs);
  }
  for (const { operation, headers } of proxy.requests) {
    if (operation !== 'UploadPart' && operation !== 'PutObject') continue;
    const digest = Buffer.from(String(headers['x-amz-content-sha256']), 'hex').toString('base64');
    t.is(headers['x-amz-checksum-sha256'], digest);
  }
});

test('a service without conditional writes is used without them, once that is known', async (t) => {
  const { storage, proxy, root } = await openBehindProxy(t);
  proxy.fault = ({ headers }) =>
    headers['if-none-match'] || headers['if-match'] ? { status: 501, code: 'NotImplemented' } : undefined;
  await throwsSyncError(t, () => publishFile(storage, 'file', 'content'), { kind: 'transient' });
  await publishFile(storage, 'file', 'content');
  t.is(await readFile(join(root, 'file'), 'utf8'), 'content');
  const { notes } = await storage.probe(never);
  t.regex(notes.join(), /no conditional writes/);
});

test('a service that takes conditions and replaces all the same is found out by a probe', async (t) => {
  const { storage, proxy, root } = await openBehindProxy(t);
  t.is(storage.capabilities.publishesNew, 'atomic');
  const { notes: asItIs } = await storage.probe(never);
  t.regex(asItIs.join(), /heeds no conditions for copies inside the service:/);
  proxy.fault = ({ headers }) => (headers['if-none-match'] ? { body: '<Done/>' } : undefined);
  const { notes } = await storage.probe(never);
  t.regex(notes.join(), /heeds no conditions for small files, large files, copies inside the service/);
  t.is(storage.capabilities.publishesNew, 'looked-at');
  await put(openedFolder(storage, root), 'file', 'theirs');
  const name = await finishDraft(storage, 'file', 'ours');
  await throwsSyncError(t, () => storage.publish('file', name, { onlyNew: true }), {
    kind: 'refused',
    reason: 'exists',
  });
  t.deepEqual(await openedFolder(storage, root).ground.names(), ['file']);
});

test('a body that breaks off is asked for again', async (t) => {
  const { storage: plain, proxy, root } = await openBehindProxy(t);
  const storage = retryReading(plain, { attempts: 3, log: silentLog }); // as every storage is opened
  const content = noise(9 * MiB);
  const listed = await put(openedFolder(storage, root), 'file', content);
  let cut = 0;
  proxy.fault = ({ operation }) => (operation === 'GetObject' && cut++ < 2 ? 'cut' : undefined);
  t.true(content.equals(await readAll(storage, 'file', listed)));
  t.true(cut > 4);
});

test('a bucket that is missing is a usage error, whatever is asked of it', async (t) => {
  await using storage = await openS3('s3://missing-bucket/x', server.environment);
  const expected = { kind: 'usage', reason: 'no-such-bucket' } as const;
  await throwsSyncError(t, () => listAll(storage), expected);
  await throwsSyncError(t, () => storage.probe(never), expected);
  await throwsSyncError(t, () => publishFile(storage, 'file', 'x'), expected);
});

test('a copy inside the service, in parts: what stands is not copied again, and what is said of the object goes along', async (t) => {
  const { storage, proxy, root, bucket: name } = await openBehindProxy(t);
  const content = noise(17 * MiB);
  await put(openedFolder(storage, root), 'from', content);
  const client = plainClient();
  t.teardown(() => client.destroy());
  const from = { Bucket: name, Key: 'root/typed' };
  const typed = { ContentType: 'text/csv', Metadata: { owner: 'me' }, MetadataDirective: 'REPLACE' as const };
  await client.send(new CopyObjectCommand({ ...from, ...typed, CopySource: `${name}/root/from` }));
  const found = await client.send(new HeadObjectCommand(from));
  let ticket = '';
  const remember = async (given: string) => {
    ticket = given;
  };
  const budget = byteBudget(MiB);
  const bucket = {
    client,
    name,
    label: 's3://x',
    keys: keySpace('root', 'key'),
    writing: {},
    describe: describing(undefined),
    budget,
    budgetBytes: MiB,
    checksums: true,
  };
  const options = { name: someDraft('to'), mtimeMs: someTimeMs, fsync: false, signal: never, remember };
  const plan = { bucket, key: 'root/to', path: 'to', options, conditions: conditions(), condition: undefined };
  const draft = copiedDraft({
    ...plan,
    from: { bucket: name, key: 'root/typed', found },
    forget() {},
    standing: undefined,
    mostAtOnceBytes: 6 * MiB,
    partBytes: 5 * MiB,
  });
  t.is((await draft.finish()).size, content.length);
  t.is(await storage.stat('to'), undefined);
  t.not(ticket, '');
  await draft.publish({});
  t.true(content.equals(await readFile(join(root, 'to'))));
  const copied = await client.send(new HeadObjectCommand({ Bucket: name, Key: 'root/to' }));
  t.like(copied, { ContentType: 'text/csv' });
  t.is(copied.Metadata?.['owner'], 'me');
  t.is(proxy.count('GetObject'), 0);
});

test('one bucket copies from another of its service, without a byte coming here; not from another service', async (t) => {
  const { storage: source, root, proxy } = await openBehindProxy(t);
  const listed = await put(openedFolder(source, root), 'caf\u00e9/a b+c', 'content');
  const environment = { ...server.environment, AWS_ENDPOINT_URL_S3: proxy.endpoint };
  const bucket = `copies-${++buckets}`;
  await mkdir(join(server.folder, bucket));
  await using target = await openS3(`s3://${bucket}`, environment);
  const origin = { storage: source, path: 'caf\u00e9/a b+c', expected: listed };
  const name = someDraft('copy');
  const options = { name, mtimeMs: someTimeMs, fsync: false, signal: never };
  const draft = await target.draftFrom?.(origin, 'copy', options);
  t.is((await draft?.finish())?.size, 7);
  await target.publish('copy', name);
  t.is(await readFile(join(server.folder, bucket, 'copy'), 'utf8'), 'content');
  t.is(proxy.count('GetObject'), 0);
  const changed = { ...origin, expected: { ...listed, size: 8 } };
  t.is(await target.draftFrom?.(changed, 'copy', { ...options, name: someDraft('copy') }), undefined);
  await using elsewhere = await openS3(`s3://${bucket}`, server.environment);
  t.is(await elsewhere.draftFrom?.(origin, 'copy', { ...options, name: someDraft('copy') }), undefined);
});

test('a versioned bucket is written and listed like any other, and check says so', async (t) => {
  const versioned = await startS3Server({ versioned: true });
  t.teardown(() => versioned.stop());
  await mkdir(join(versioned.folder, 'kept'));
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = versioned.environment;
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: versioned.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  t.teardown(() => client.destroy());
  const VersioningConfiguration = { Status: 'Enabled' as const };
  await client.send(new PutBucketVersioningCommand({ Bucket: 'kept', VersioningConfiguration }));
  await using storage = await openS3('s3://kept', versioned.environment);
  for (const content of ['one', 'two and more']) await publishFile(storage, 'file', content);
  t.deepEqual(await listPaths(storage), ['file']);
  const [listed] = await listAll(storage);
  if (!listed) return t.fail();
  t.is((await readAll(storage, 'file', listed)).toString(), 'two and more');
  t.regex((await storage.probe(never)).notes.join(), /keeps versions/);
});

test('parts are as large as the file needs, and memory allows', (t) => {
  const GiB = 1024 * MiB;
  t.is(partBytes(1, 10 * MiB, 'x'), LEAST_PART_BYTES);
  t.is(partBytes(1, 256 * MiB, 'x'), 64 * MiB);
  for (const size of [GiB, 48 * GiB, 1024 * GiB, 5 * 1024 * GiB]) {
    const bytes = partBytes(size, 2 * GiB, 'x');
    t.true(Math.ceil(size / bytes) <= 10_000, `${size}: ${bytes}`);
  }
  const error = t.throws(() => partBytes(5 * 1024 * GiB, 10 * MiB, 'x'), { instanceOf: Error });
  t.regex(error?.message ?? '', /set --buffer to \d+MiB at least/);
});

test('a transformed file that outgrows its part is streamed, and can be discarded at any time', async (t) => {
  const { storage, root, proxy } = await openBehindProxy(t, { bufferBytes: 16 * MiB });
  const pieces = Array.from({ length: 23 }, () => noise(MiB + 1));
  const write = async (path: string) => {
    const name = someDraft(path);
    const draft = await startDraft(storage, path, { name });
    for (const piece of pieces) await draft.write([piece]);
    return { name, draft };
  };
  const { name, draft } = await write('file');
  t.is((await draft.finish()).size, 23 * (MiB + 1));
  await storage.publish('file', name);
  t.true(Buffer.concat(pieces).equals(await readFile(join(root, 'file'))));
  await (await write('other')).draft.discard();
  t.is(proxy.count('CreateMultipartUpload'), 2);
  t.is(proxy.requests.filter(({ operation }) => operation === 'AbortMultipartUpload').length, 1);
  t.deepEqual(await openedFolder(storage, root).ground.names(), ['file']);
});
