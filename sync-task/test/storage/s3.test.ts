import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type OpenedStorage, storageContract } from '../contract/storage.ts';
import { type S3Server, startS3Server } from '../kit/s3-server.ts';
import { openS3 } from '../kit/s3-storage.ts';

let server: S3Server;
let buckets = 0;
test.before(async () => {
  server = await startS3Server();
});
test.after.always(() => server?.stop());

async function openBucket(_t: ExecutionContext): Promise<OpenedStorage> {
  const bucket = join(server.folder, `bucket-${++buckets}`);
  const root = join(bucket, 'root');
  await mkdir(root, { recursive: true });
  return { root, storage: await openS3(`s3://${bucket.split('/').at(-1)}/root`, server.environment) };
}

const noLinks = 'a bucket has no links and no special files';
const noFolders = 'a bucket has no folders';
const noBackups = 'one request replaces an object: nothing is ever moved aside';
storageContract(test, 's3', openBucket, {
  'links are named and never followed': noLinks,
  'special files are named': noLinks,
  'a listed file that is a link now is not followed': noLinks,
  'a folder that is a link out of the root is neither read nor written through': noLinks,
  'stat tells files, folders, links and special files apart, and what is missing': noLinks,
  'names that are not UTF-8 are refused for display, and stop nothing': 'keys are UTF-8',
  'a missing root is an error': 'a prefix need not stand; that the bucket must is tested below',
  'a draft is seen by nobody until it is published':
    'no file is hidden in a folder; that nobody sees it is tested below',
  'a file where a folder is needed is an error': noFolders,
  'publishing over an empty folder fails too': noFolders,
  'a listed file that is a folder now throws changed-while-read': noFolders,
  'discarding what was published, or is gone with its folder, does no harm': noFolders,
  'after a crash the draft is removed, the old file stays':
    'no file is left by a crash; uploads that are, are tested below',
  'after a crash between the two renames the back-up is restored': noBackups,
  'after a crash past both renames the back-up goes, the new file stays': noBackups,
});
