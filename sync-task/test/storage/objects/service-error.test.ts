/** The same mistake is the same kind of error at every cloud, in one line. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import test from 'ava';
import { type ErrorKind, SyncError } from '../../../src/base/errors.ts';
import { explainAzureError } from '../../../src/storage/azure/azure-errors.ts';
import { GcsError } from '../../../src/storage/gcs/gcs-api.ts';
import { explainGcsError } from '../../../src/storage/gcs/gcs-errors.ts';
import { explainS3Error } from '../../../src/storage/s3/s3-errors.ts';

const s3 = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, message: `${name}\nmore`, $fault: 'client', $metadata: { httpStatusCode } });
const azure = (code: string, statusCode: number) => Object.assign(new Error(`${code}\nmore`), { code, statusCode });
const google = (message: string, status: number) => new GcsError(status, message);
const network = (code: string) => Object.assign(new Error(code), { code });
const fetched = (code: string) => new TypeError('fetch failed', { cause: network(code) });

const rows: readonly (readonly [mistake: string, kind: ErrorKind, s3: Error, azure: Error, google: Error])[] = [
  [
    'no bucket',
    'usage',
    s3('NoSuchBucket', 404),
    azure('ContainerNotFound', 404),
    google('The specified bucket does not exist.', 404),
  ],
  [
    'wrong key',
    'permission',
    s3('SignatureDoesNotMatch', 403),
    azure('AuthenticationFailed', 403),
    google('Invalid Credentials', 401),
  ],
  [
    'no rights',
    'permission',
    s3('AccessDenied', 403),
    azure('AuthorizationPermissionMismatch', 403),
    google('x does not have storage.objects.create access: forbidden', 403),
  ],
  ['elsewhere', 'usage', s3('PermanentRedirect', 301), azure('Moved', 301), google('Moved', 301)],
  ['elsewhere for now', 'usage', s3('Found', 302), azure('Found', 302), google('Found', 302)],
  ['a proxy that wants a login', 'permission', s3('X', 407), azure('X', 407), google('X', 407)],
  ['too fast', 'transient', s3('SlowDown', 503), azure('ServerBusy', 503), google('rateLimitExceeded', 429)],
  ['failing', 'transient', s3('InternalError', 500), azure('InternalError', 500), google('backendError', 500)],
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'].map(
    (code) => [`down: ${code}`, 'transient', network(code), network(code), fetched(code)] as const,
  ),
  ...[
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ].map((code) => [`not trusted: ${code}`, 'permission', network(code), network(code), fetched(code)] as const),
];

test('no credentials, which Azure tells when it is opened', (t) => {
  const request = { label: 'x://bucket', path: '', what: 'list' };
  const none = Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
  t.like(explainS3Error(none, request), { kind: 'usage', reason: 'no-credentials' });
  const noDefault = new Error('Could not load the default credentials.');
  t.like(explainGcsError(noDefault, request), { kind: 'usage', reason: 'no-credentials' });
});

for (const [mistake, kind, ...errors] of rows) {
  test(mistake, (t) => {
    for (const path of ['', 'a.txt']) {
      const request = { label: 'x://bucket', path, what: 'write' };
      for (const [index, explain] of [explainS3Error, explainAzureError, explainGcsError].entries()) {
        const found = explain(errors[index], request);
        t.true(found instanceof SyncError);
        const { kind: told, message } = found as SyncError;
        t.is(told, kind, message);
        t.false(message.includes('\n'));
      }
    }
  });
}
