/** What an error of Azure Blob Storage means. */
import { SyncError } from '../../base/errors.ts';
import { proxyFailure } from '../objects/agents.ts';
import {
  explaining,
  type FailedRequest,
  isCertificateError,
  isNetworkError,
  type Meaning,
  meaningOfStatus,
  meanings,
  serviceError,
  unreadable,
} from '../objects/service-error.ts';

const wrongKey: Meaning = [
  'permission',
  'bad-credentials',
  'the account refused the credentials; check its key, SAS token or connection string, and this clock',
];
const forbidden: Meaning = [
  'permission',
  'permission-denied',
  'access denied; give these credentials the right to read, list and write blobs there',
];
const noContainer: Meaning = [
  'usage',
  'no-such-container',
  'there is no such container; make it, or check its name and the account',
];
const otherKind: Meaning = [
  'permanent',
  'not-a-block-blob',
  'an append or page blob stands there; move it away or exclude the file',
];
const folderThere: Meaning = ['permanent', 'is-a-folder', 'a folder stands there; move it away or exclude the file'];

const byCode: Readonly<Record<string, Meaning>> = {
  AuthenticationFailed: wrongKey,
  InvalidAuthenticationInfo: wrongKey,
  NoAuthenticationInformation: wrongKey,
  AuthorizationFailure: forbidden,
  AuthorizationPermissionMismatch: forbidden,
  AuthorizationProtocolMismatch: forbidden,
  AuthorizationResourceTypeMismatch: forbidden,
  AuthorizationServiceMismatch: forbidden,
  AuthorizationSourceIPMismatch: forbidden,
  InsufficientAccountPermissions: forbidden,
  PublicAccessNotPermitted: forbidden,
  AccountIsDisabled: ['permission', 'account-disabled', 'the account is disabled; ask its owner'],
  ContainerNotFound: noContainer,
  ContainerDisabled: noContainer,
  ContainerBeingDeleted: noContainer,
  InvalidResourceName: ['permanent', 'name-refused', 'Azure takes no such name; rename it at the source'],
  InvalidUri: ['permanent', 'name-refused', 'Azure takes no such name; rename it at the source'],
  InvalidBlobType: otherKind,
  ResourceTypeMismatch: folderThere,
  PathConflict: folderThere,
  BlobArchived: ['permanent', 'archived', 'it is in the archive tier; rehydrate it first, or exclude it'],
  BlobImmutableDueToPolicy: ['refused', 'immutable', 'a retention policy forbids to replace it; exclude it'],
  LeaseIdMissing: ['transient', 'leased', 'somebody holds a lease on the blob; run again when it has ended'],
  BlobAlreadyExists: meanings.moved,
  InvalidBlockList: meanings.gone,
  InvalidBlobOrBlock: [
    'permanent',
    'foreign-blocks',
    'another program is uploading to it, in blocks that do not go with ours; run again when it has finished',
  ],
  BlockCountExceedsLimit: ['permanent', 'too-large', 'it needs more than 50,000 blocks; run with a larger --buffer'],
  RequestBodyTooLarge: ['permanent', 'too-large', 'a block is too large; run with a smaller --buffer'],
  Md5Mismatch: meanings.damaged,
  Crc64Mismatch: meanings.damaged,
  ServerBusy: meanings.slow,
  OperationTimedOut: meanings.busy,
  InternalError: meanings.busy,
};

/** The error as a SyncError that says how to react; an abort as the reason of the signal. */
export function explainAzureError(error: unknown, request: FailedRequest): unknown {
  if (request.signal?.aborted) return request.signal.reason;
  if (error instanceof SyncError) return error;
  const proxy = proxyFailure(error);
  if (proxy) return proxy;
  const status = statusOf(error);
  const known =
    (request.path === '' && status === 404 && noContainer) || byCode[codeOf(error) ?? ''] || meaningOfStatus(status);
  if (known) return serviceError(error, request, known);
  if (isCertificateError(error)) return serviceError(error, request, meanings.certificate);
  if (isBrokenOff(error)) return serviceError(error, request, meanings.broken);
  if (status === undefined && isNetworkError(error)) return serviceError(error, request, meanings.unreachable);
  if (status === 401 || status === 403) return serviceError(error, request, forbidden);
  return status === undefined ? unreadable(error, request) : serviceError(error, request, undefined);
}

/** A connection that ends during a download: the client throws an abort that nobody asked for, or its own words. */
function isBrokenOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'AbortError' || /^(Data corruption failure: received less|Stream drains before)/.test(error.message)
  );
}

/** Runs the request; what it throws is explained. */
export const explained = explaining(explainAzureError);

export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** Azure's own word for what is wrong; a HEAD has it in a header alone. */
export function codeOf(error: unknown): string | undefined {
  const { code, details } = error as { code?: unknown; details?: { errorCode?: unknown } };
  const found = details?.errorCode ?? code;
  return typeof found === 'string' ? found : undefined;
}

/** Whether the blob is not there; a container that is missing is an error. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && codeOf(error) !== 'ContainerNotFound';
}
