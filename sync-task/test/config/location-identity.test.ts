import test from 'ava';
import { loadCommonSettings, loadSettings } from '../../src/config/load.ts';

type Environment = Readonly<Record<string, string>>;

const placeOf = (url: string, environment: Environment = {}) =>
  loadSettings({ flags: {}, environment: { SYNC_TASK_SOURCE: 'file:///in', SYNC_TASK_TARGET: url, ...environment } })
    .identities.target;

const azure = 'DefaultEndpointsProtocol=https;AccountName=lake;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net';
const azurite = 'AccountName=one;AccountKey=c2VjcmV0;BlobEndpoint=http://127.0.0.1:10000/one;';

/** One place each, however it is written. */
const places: readonly (readonly [url: string, environment: Environment, place: string])[] = [
  ['file:///data/out/', {}, 'file:///data/out'],
  ['sftp://ann@Files.Example/out', {}, 'sftp://files.example:22/out'],
  ['sftp://bob@files.example:22/out/', {}, 'sftp://files.example:22/out'],
  ['sftp://ann@files.example:2222/out', {}, 'sftp://files.example:2222/out'],
  ['sftp://ann@files.example/~/out', {}, 'sftp://files.example:22/~ann/out'],
  ['s3://b/p', {}, 's3://aws/b/p'],
  ['s3://b/p/', { AWS_ENDPOINT_URL: 'https://s3.eu-central-1.amazonaws.com' }, 's3://aws/b/p'],
  ['s3://b/p', { AWS_REGION: 'cn-north-1' }, 's3://aws-cn/b/p'],
  ['s3://b', { AWS_ENDPOINT_URL_S3: 'http://localhost:9000/' }, 's3://127.0.0.1:9000/b'],
  ['s3://b', { SYNC_TASK_TARGET_AWS_ENDPOINT_URL_S3: 'https://s3.example' }, 's3://s3.example/b'],
  ['gs://b/p', {}, 'gs://google/b/p'],
  ['gs://b/p', { STORAGE_EMULATOR_HOST: 'localhost:4443' }, 'gs://127.0.0.1:4443/b/p'],
  ['az://c/p', { AZURE_STORAGE_CONNECTION_STRING: azure }, 'az://lake.blob.core.windows.net/c/p'],
  ['az://c/p', { AZURE_STORAGE_ACCOUNT: 'lake' }, 'az://lake.blob.core.windows.net/c/p'],
  ['az://c', { AZURE_STORAGE_CONNECTION_STRING: azurite }, 'az://127.0.0.1:10000/one/c'],
];

for (const [url, environment, place] of places) {
  test(`${url} with ${Object.values(environment).join() || 'nothing set'} is ${place}`, (t) => {
    t.is(placeOf(url, environment), place);
  });
}

const nameOf = (environment: Environment) => loadCommonSettings({ flags: {}, environment });

test('a name made from URLs tells services and accounts apart, and remembers what it was', (t) => {
  const bucket = { SYNC_TASK_SOURCE: 'file:///in', SYNC_TASK_TARGET: 's3://b/p' };
  const amazon = nameOf(bucket);
  t.is(amazon.formerPipeline, undefined);
  const names = ['http://one:9000', 'http://two:9000'].map((url) => nameOf({ ...bucket, AWS_ENDPOINT_URL_S3: url }));
  t.is(new Set([amazon, ...names].map(({ pipeline }) => pipeline)).size, 3);
  for (const { formerPipeline } of names) t.is(formerPipeline, amazon.pipeline);
  const accounts = ['lake', 'pond'].map((account) =>
    nameOf({ SYNC_TASK_SOURCE: 'az://c', SYNC_TASK_TARGET: 'file:///out', AZURE_STORAGE_ACCOUNT: account }),
  );
  t.not(accounts[0]?.pipeline, accounts[1]?.pipeline);
});
