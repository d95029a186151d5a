/** What an error of Google Cloud Storage means. */
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

const noCredentials: Meaning = [
  'usage',
  'no-credentials',
  'no credentials are found; set GOOGLE_APPLICATION_CREDENTIALS to a key file, or run where a service account is attached',
];
const wrongKey: Meaning = [
  'permission',
  'bad-credentials',
  'the credentials are refused; check GOOGLE_APPLICATION_CREDENTIALS, whether the key was revoked, and this clock',
];
const forbidden: Meaning = [
  'permission',
  'permission-denied',
  'access denied; give the service account Storage Object User, or Viewer where it only reads',
];
const noBucket: Meaning = [
  'usage',
  'no-such-bucket',
  'there is no such bucket; make it, or check its name and the project',
];
const retained: Meaning = ['refused', 'immutable', 'a retention policy or hold forbids to replace it; exclude it'];

/** The error as a SyncError that says how to react; an abort as the reason of the signal. */
export function explainGcsError(error: unknown, request: FailedRequest): unknown {
  if (request.signal?.aborted) return request.signal.reason;
  if (error instanceof SyncError) return error;
  const proxy = proxyFailure(error);
  if (proxy) return proxy;
  const meaning = meaningOf(error);
  if (meaning === undefined && statusOf(error) === undefined) return unreadable(error, request);
  return serviceError(error, request, meaning);
}

function meaningOf(error: unknown): Meaning | undefined {
  const said = error instanceof Error ? error.message : '';
  const status = statusOf(error);
  if (/default credentials|ENOENT.*credentials|does not exist, or it is not a file/i.test(said)) return noCredentials;
  if (/invalid_grant|invalid_client|Invalid JWT|PEM|DECODER|private_key|client_email/i.test(said)) return wrongKey;
  if (/retention polic|temporary hold|event-based hold|retentionPolicyNotMet/i.test(said)) return retained;
  if (isCertificateError(error)) return meanings.certificate;
  if (status === 400 && /invalid bucket name/i.test(said)) return noBucket;
  if (status === 401) return wrongKey;
  if (status === 403) return /rateLimitExceeded|quota/i.test(said) ? meanings.slow : forbidden;
  if (status === 404) return noBucket;
  return (
    meaningOfStatus(status) ??
    (status === undefined && (isNetworkError(error) || isTimeout(error)) ? meanings.unreachable : undefined)
  );
}

/** Runs the request; what it throws is explained. */
export const explained = explaining(explainGcsError);

/** The service's answer, or that of who gives out tokens; undefined where none came. */
export function statusOf(error: unknown): number | undefined {
  const { code, status } = error as { code?: unknown; status?: unknown };
  const found = Number(status ?? code);
  return Number.isInteger(found) && found >= 300 && found < 600 ? found : undefined;
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}
