/** What an error of S3 means, and what the user can do about it. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { SyncError } from '../../base/errors.ts';
import { proxyFailure } from '../objects/agents.ts';
import {
  meanings as common,
  explaining,
  type FailedRequest,
  isCertificateError,
  type Meaning,
  meaningOfStatus,
  unreadable,
} from '../objects/service-error.ts';

const { slow, busy, moved, damaged } = common;

const expired: Meaning = ['permission', 'expired-credentials', 'the credentials have expired; renew them'];
const unknownKey: Meaning = [
  'permission',
  'bad-credentials',
  'the access key is not known there; check AWS_ACCESS_KEY_ID',
];
const forbidden: Meaning = [
  'permission',
  'permission-denied',
  "access denied; give these credentials that right in the bucket's policy or their role's",
];
const region: Meaning = ['usage', 'wrong-region', 'the bucket is in another region; set AWS_REGION to it'];
const noRoom: Meaning = [
  'permanent',
  'disk-full',
  'the storage is full, or its quota is used up; free space there, then run again',
];
const folderThere: Meaning = ['permanent', 'is-a-folder', 'a folder stands there; move it away or exclude the file'];

const meanings: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: ['usage', 'no-such-bucket', 'there is no such bucket; check its name, the endpoint and the account'],
  InvalidBucketName: ['usage', 'no-such-bucket', 'that is no name of a bucket; check it'],
  AccessDenied: forbidden,
  AllAccessDisabled: forbidden,
  Forbidden: forbidden,
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  TokenRefreshRequired: expired,
  RequestExpired: expired,
  InvalidToken: ['permission', 'bad-credentials', 'the session token is not valid; renew AWS_SESSION_TOKEN'],
  InvalidAccessKeyId: unknownKey,
  XAdminUserNotFound: unknownKey,
  SignatureDoesNotMatch: [
    'permission',
    'bad-credentials',
    'the secret does not fit the access key; check AWS_SECRET_ACCESS_KEY',
  ],
  CredentialsProviderError: [
    'usage',
    'no-credentials',
    'no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or a role',
  ],
  RequestTimeTooSkewed: [
    'permission',
    'clock-skew',
    'the clocks differ by too much to be let in; set ours right (NTP)',
  ],
  SlowDown: slow,
  TooManyRequests: slow,
  TooManyRequestsException: slow,
  Throttling: slow,
  ThrottlingException: slow,
  RequestLimitExceeded: slow,
  BandwidthLimitExceeded: slow,
  InternalError: busy,
  ServiceUnavailable: busy,
  OperationAborted: busy,
  RequestTimeout: ['transient', 'timeout', 'the service got no bytes in time; run again'],
  TimeoutError: [
    'transient',
    'timeout',
    'there was no answer in time; check the network and the endpoint, or run again',
  ],
  PermanentRedirect: region,
  TemporaryRedirect: busy,
  AuthorizationHeaderMalformed: region,
  IllegalLocationConstraintException: region,
  PreconditionFailed: moved,
  ConditionalRequestConflict: moved,
  NoSuchUpload: ['transient', 'draft-missing', 'what was uploaded is gone before it was published; run again'],
  InvalidPart: ['transient', 'draft-missing', 'an uploaded part is gone or another one; run again'],
  BadDigest: damaged,
  InvalidDigest: damaged,
  XAmzContentSHA256Mismatch: damaged,
  NoSuchKey: ['permanent', 'not-found', 'it does not exist; check the path'],
  NotFound: ['permanent', 'not-found', 'it does not exist; check the path'],
  InvalidObjectState: ['permanent', 'archived', 'it is archived; restore it first'],
  KeyTooLongError: ['permanent', 'name-too-long', 'its key is too long; rename it at the source'],
  EntityTooLarge: ['permanent', 'too-large', 'it is larger than the service takes'],
  QuotaExceeded: noRoom,
  XMinioStorageFull: noRoom,
  InvalidStorageClass: [
    'usage',
    'bad-option',
    'the service knows no such storage class; check --target-s3-storage-class',
  ],
  InvalidTag: ['usage', 'bad-option', 'the service takes no such tags; check --target-s3-tags'],
  // A bucket that a gateway keeps in folders.
  ObjectParentIsFile: ['permanent', 'not-a-folder', 'something above it is a file; move that away or exclude the file'],
  ObjectExistsAsDirectory: folderThere,
  ExistingObjectIsDirectory: folderThere,
};

/** The error as a SyncError that says how to react. What is one already, or no error of S3, comes back as it is. */
export function explainS3Error(error: unknown, { label, path, what, signal }: FailedRequest): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof SyncError || !(error instanceof Error)) return error;
  const proxy = proxyFailure(error);
  if (proxy) return proxy;
  // A HEAD of the bucket has no words.
  const found = path === '' && isS3Error(error, 'NotFound', 404) ? meanings['NoSuchBucket'] : meaningOf(error);
  if (found === undefined) return unreadable(error, { label, path, what });
  const [kind, reason, advice] = found;
  const where = path === '' ? 'the bucket' : JSON.stringify(path);
  return new SyncError(`${label}: cannot ${what} ${where}: ${advice}`, { kind, reason, path, cause: error });
}

/** Runs the request; what it throws is explained. */
export const explained = explaining(explainS3Error);

/** Whether it is one of these errors, by the service's own word or the HTTP status. */
export function isS3Error(error: unknown, ...names: readonly (string | number)[]): boolean {
  if (!(error instanceof Error)) return false;
  return names.includes(error.name) || names.includes(statusOf(error) ?? error.name);
}

function statusOf(error: Error): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function meaningOf(error: Error): Meaning | undefined {
  const known = Object.hasOwn(meanings, error.name) ? meanings[error.name] : undefined;
  if (known) return known;
  if (error.name.startsWith('KMS.')) {
    return ['permission', 'kms', `the key of KMS cannot be used (${error.name}); check the key and its policy`];
  }
  const code = 'code' in error ? String(error.code) : '';
  if (isCertificateError(error)) return common.certificate;
  if (/^(E[A-Z_]+|UND_ERR_.*)$/.test(code) && !code.startsWith('ERR_')) {
    return [
      'transient',
      'unreachable',
      `the service cannot be reached (${code}); check the network and the endpoint, or run again`,
    ];
  }
  const status = statusOf(error);
  if (status === undefined) return undefined;
  // A HEAD has no words.
  if (status === 401 || status === 403) return forbidden;
  if (status === 412 || status === 409) return moved;
  if (status === 429) return slow;
  if (status === 503) return slow;
  if (status >= 500 && status !== 501) return busy;
  if (status === 301) return region;
  if (status === 407 || (status > 301 && status < 400)) return meaningOfStatus(status);
  if (status === 507) return noRoom;
  return ['permanent', 'refused-by-service', `the service refused it: ${firstLine(error.message)} (${error.name})`];
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
