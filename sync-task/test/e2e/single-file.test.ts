/** A source that is one file: in a folder, on a server and in a bucket. */
import { join } from 'node:path';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import test from 'ava';
import { hostilePlace } from '../faults/kit/places.ts';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { newS3Place } from '../kit/s3-job.ts';

test('a file of a folder: copied under its name, known, read again, verified, by plan and run too', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'in/a.csv', 'one');
  await put(source, 'in/b.csv', 'two');
  const one = { ...environment, SYNC_TASK_SOURCE: `file://${source}/in/a.csv` };
  t.is((await runCommand(['plan', '--run', 'r'], one)).code, 0);
  t.is((await runCommand(['run', '--run', 'r', '--batch', '1'], one)).code, 0);
  t.is((await runCommand(['finish', '--run', 'r'], one)).code, 0);
  t.deepEqual(await treeOf(target), { 'a.csv': 'one' });
  t.like((await runCommand(['sync'], one)).result, { files: { listed: 1, unchanged: 1, copied: 0 } });
  await put(source, 'in/a.csv', 'changed', '2024-03-02T00:00:00Z');
  t.like((await runCommand(['sync'], one)).result, { files: { listed: 1, copied: 1 } });
  t.like((await runCommand(['verify', '--checksum', 'both'], one)).result, { verified: { found: { ok: 1 } } });
  t.is((await runCommand(['check'], one)).code, 0);
});

test('a file is not written onto itself, whatever is left out', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a.csv', 'one');
  const one = { ...environment, SYNC_TASK_SOURCE: `file://${source}/a.csv` };
  for (const SYNC_TASK_TARGET of [`file://${source}`, `file://${source}/a.csv`]) {
    for (const more of [[], ['--exclude', 'a.csv/**'], ['--include', 'b/**']]) {
      const { code, errors } = await runCommand(['sync', '--transform', 'mask:token=one', ...more], {
        ...one,
        SYNC_TASK_TARGET,
      });
      t.is(code, 64, errors.join());
    }
  }
  t.deepEqual(await treeOf(source), { 'a.csv': 'one' });
});

test('a name in it like its own is no reason to look above', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'x/x', 'inner');
  const { result } = await runCommand(['sync'], { ...environment, SYNC_TASK_SOURCE: `file://${join(source, 'x')}` });
  t.is(result.files.copied, 1);
  t.deepEqual(await treeOf(target), { x: 'inner' });
});

test('nothing there is told from a folder with nothing in it', async (t) => {
  const { source, environment } = await newFolders(t);
  const absent = await runCommand(['sync'], { ...environment, SYNC_TASK_SOURCE: `file://${source}/absent` });
  t.is(absent.code, 65);
  t.regex(absent.errors.join(), /absent does not exist/);
  t.is((await runCommand(['sync', '--pipeline', 'other'], environment)).code, 0);
});

needs('versitygw')('an object of a bucket, and nothing there', async (t) => {
  const { target, environment } = await newFolders(t);
  const { root, as } = await newS3Place(t);
  await put(root, 'a.csv', 'one');
  await put(root, 'b.csv', 'two');
  const at = (url: string) => ({ ...environment, ...as('SOURCE'), SYNC_TASK_SOURCE: url });
  t.like((await runCommand(['sync'], at('s3://feed/in/a.csv'))).result, { files: { listed: 1, copied: 1 } });
  t.deepEqual(await treeOf(target), { 'a.csv': 'one' });
  const absent = await runCommand(['sync', '--pipeline', 'other'], at('s3://feed/in/absent'));
  t.regex(absent.stderr, /empty-source/);
});

needs('versitygw')('what a bucket says of a single object goes with it to another service', async (t) => {
  const { environment } = await newFolders(t);
  const [from, to] = [await newS3Place(t), await newS3Place(t)];
  const clientOf = ({ server }: typeof from) =>
    new S3Client({
      region: 'us-east-1',
      endpoint: server.endpoint,
      forcePathStyle: true,
      credentials: {
        accessKeyId: server.environment['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: server.environment['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
    });
  const object = { Bucket: 'feed', Key: 'in/a.csv' };
  const said = { ContentType: 'text/x-orders', Metadata: { owner: 'me' } };
  await clientOf(from).send(new PutObjectCommand({ ...object, ...said, Body: 'one' }));
  const places = { ...from.as('SOURCE'), ...to.as('TARGET'), SYNC_TASK_SOURCE: 's3://feed/in/a.csv' };
  t.is((await runCommand(['sync'], { ...environment, ...places })).code, 0);
  const copied = await clientOf(to).send(new HeadObjectCommand(object));
  t.is(copied.ContentType, said.ContentType);
  t.is(copied.Metadata?.['owner'], 'me');
});

test('a file of an SFTP server', async (t) => {
  const { target, environment } = await newFolders(t);
  const { root, environment: server } = await hostilePlace(t, `${target}-sftp`, 'SOURCE');
  await put(root, 'in/a.csv', 'one');
  await put(root, 'in/b.csv', 'two');
  const one = { ...environment, ...server, SYNC_TASK_SOURCE: `${server['SYNC_TASK_SOURCE']}in/a.csv` };
  t.is((await runCommand(['plan', '--run', 'r'], one)).code, 0);
  t.is((await runCommand(['run', '--run', 'r', '--batch', '1'], one)).code, 0);
  t.deepEqual(await treeOf(target), { 'a.csv': 'one' });
  const absent = await runCommand(['sync', '--pipeline', 'other'], {
    ...one,
    SYNC_TASK_SOURCE: `${server['SYNC_TASK_SOURCE']}in/c.csv`,
  });
  t.is(absent.code, 65);
  t.regex(absent.errors.join(), /does not exist/);
});
