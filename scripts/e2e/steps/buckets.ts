/** The image between the servers, a folder and a bucket of the profile `s3`, whose objects are files below data. */
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compare, put } from '../files.ts';
import { expectEqual } from '../shell.ts';
import { bucketsRoot, compose, sourceRoot, targetRoot } from '../stack.ts';
import { folder, fromServer, serverOptions, sync, toServer } from './standalone.ts';

const GiB = 1024 ** 3;
const MiB = 1024 ** 2;
const SMALL_FILES = 3000;
const sizes: Readonly<Record<string, number>> = {
  empty: 0,
  'one byte': 1,
  'part-1': 5 * MiB - 1,
  part: 5 * MiB,
  'part+1': 5 * MiB + 1,
  // With --all more than one request may copy inside the service: then it takes parts there, too. 24 GiB of disk, and minutes.
  large: process.argv.includes('--all') ? 6 * GiB : 300 * MiB,
};

export const bucketSteps: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SFTP to S3: from nothing to the largest file, 3,000 small ones, twice', toBucket],
  ['S3 to SFTP', fromBucket],
  ['S3 to S3, inside the service', betweenBuckets],
  ['a folder to S3', folderToBucket],
];

const files = SMALL_FILES + Object.keys(sizes).length;
const inBucket = (path: string) => join(bucketsRoot, 'landing', path);

async function options(): Promise<string[]> {
  const read = (file: string) => compose('run', '--rm', '--no-deps', '-T', '--entrypoint', 'cat', 'secrets', file);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: (await read('/secrets/s3/access_key')).trim(),
    AWS_SECRET_ACCESS_KEY: (await read('/secrets/s3/secret_key')).trim(),
    AWS_ENDPOINT_URL_S3: 'http://s3:7070',
  });
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL_S3'];
  return [...(await serverOptions()), ...names.flatMap((name) => ['--env', name])];
}

async function toBucket(): Promise<string> {
  const root = join(sourceRoot, 'buckets');
  for (const [path, size] of Object.entries(sizes)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
    truncateSync(join(root, path), size); // sparse: costs no disk here
  }
  for (let number = 0; number < SMALL_FILES; number++) put(root, `many/${number % 9}/ü ${number}.txt`, `${number}\n`);
  const args = [...fromServer('buckets'), '--target', 's3://landing/in'];
  const first = await sync(await options(), ...args);
  expectEqual([first.code, first.result.files['copied']], [0, files], `exit code and files copied\n${first.stderr}`);
  await compare(root, inBucket('in'));
  const second = await sync(await options(), ...args);
  expectEqual([second.code, second.result.files['copied']], [0, 0], 'exit code and files copied the second time');
  return `${files} files, then none`;
}

async function fromBucket(): Promise<string> {
  const ended = await sync(await options(), '--source', 's3://landing/in', ...toServer('from-bucket'));
  expectEqual([ended.code, ended.result.files['copied']], [0, files], `exit code and files copied\n${ended.stderr}`);
  await compare(inBucket('in'), join(targetRoot, 'from-bucket'));
  return `${files} files`;
}

async function betweenBuckets(): Promise<string> {
  const ended = await sync(await options(), '--source', 's3://landing/in', '--target', 's3://landing/copy');
  expectEqual([ended.code, ended.result.files['copied']], [0, files], `exit code and files copied\n${ended.stderr}`);
  expectEqual(ended.result.bytes.read, 0, 'bytes that came through here');
  await compare(inBucket('in'), inBucket('copy'));
  return `${files} files, no byte through here`;
}

async function folderToBucket(): Promise<string> {
  const from = folder('to-bucket');
  for (let number = 0; number < 1100; number++) put(from, `${number % 3}/${number}`, `${number}\n`);
  const mounts = ['--volume', `${from}:/source:ro`];
  const ended = await sync(
    [...mounts, ...(await options())],
    '--source',
    'file:///source',
    '--target',
    's3://landing/folder',
  );
  expectEqual([ended.code, ended.result.files['copied']], [0, 1100], `exit code and files copied\n${ended.stderr}`);
  await compare(from, inBucket('folder'));
  return '1,100 files';
}
