/** What the answer of an object store means for a file, and what the user can do about it. */
import { type ErrorKind, SyncError } from '../../base/errors.ts';

export interface FailedRequest {
  /** The storage's label. */
  readonly label: string;
  /** '' for the whole place. */
  readonly path: string;
  /** In words that follow "cannot": `write`, `list`. */
  readonly what: string;
  /** Its reason is what is thrown where it ended the request. */
  readonly signal?: AbortSignal | undefined;
}

export type Meaning = readonly [kind: ErrorKind, reason: string, advice: string];

export const meanings = {
  slow: ['transient', 'throttled', 'the service asks to slow down; run again later, or with fewer --files'],
  busy: ['transient', 'unavailable', 'the service failed or was busy; run again'],
  unreachable: ['transient', 'unreachable', 'the service could not be reached; check the network and the endpoint'],
  broken: ['transient', 'connection-lost', 'the connection broke amid the answer; run again'],
  moved: ['transient', 'target-changed', 'somebody else wrote it meanwhile; run again'],
  damaged: ['transient', 'digest-differs', 'other bytes arrived than were sent; run again'],
  gone: ['transient', 'draft-missing', 'what was uploaded of it is gone; run again'],
  certificate: [
    'permission',
    'certificate',
    "the server's certificate is not trusted; check the endpoint, or set NODE_EXTRA_CA_CERTS",
  ],
  elsewhere: ['usage', 'redirected', 'it answers that it is somewhere else; check the endpoint, and the region'],
  proxyLogin: ['permission', 'proxy', 'a proxy between asks who we are; check the user and password in HTTPS_PROXY'],
} as const satisfies Record<string, Meaning>;

/** What every service means by a status; undefined where the status alone says nothing. */
export function meaningOfStatus(status: number | undefined): Meaning | undefined {
  if (status === undefined) return undefined;
  if (status === 429) return meanings.slow;
  if (status === 407) return meanings.proxyLogin;
  if (status >= 300 && status < 400 && status !== 304) return meanings.elsewhere;
  if (status === 412) return meanings.moved;
  if (status === 503) return meanings.slow;
  return status === 408 || status >= 500 ? meanings.busy : undefined;
}

const networkCodes = /^(E(CONN|HOST|NET|PIPE|AI_|TIMEDOUT|NOTFOUND)|UND_ERR|REQUEST_SEND_ERROR|REQUEST_ABORTED_ERROR)/;
const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|^ERR_TLS/;

/** Whether the server could not prove who it is. */
export function isCertificateError(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && certificateCodes.test(String(cause.code))) return true;
  }
  return false;
}

/** Whether no answer came at all. */
export function isNetworkError(error: unknown): boolean {
  if (isCertificateError(error)) return false;
  if (error instanceof TypeError && error.message === 'fetch failed') return true; // not all its causes have a code
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && networkCodes.test(String(cause.code))) return true;
  }
  return false;
}

/** @param meaning undefined where nothing is known but what the service said */
export function serviceError(
  error: unknown,
  { label, path, what }: FailedRequest,
  meaning: Meaning | undefined,
): SyncError {
  const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  const [kind, reason, advice] = meaning ?? ['permanent', 'service-error', said];
  const where = path === '' ? '' : ` ${JSON.stringify(path)}`;
  return new SyncError(`${label}: cannot ${what}${where}: ${advice}`, { kind, reason, path, cause: error });
}

/**
 * An error that neither the service nor the network has a word for: an answer that cannot be read, such as a proxy's page. A
 * defect of ours comes back unchanged.
 */
export function unreadable(error: unknown, request: FailedRequest): unknown {
  const isOurs = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  if (isOurs || !(error instanceof Error) || error.name === 'AbortError') return error;
  const said = error.message.split('\n')[0] ?? '';
  return serviceError(error, request, [
    'permanent',
    'service-error',
    `its answer cannot be read (${said}); check the endpoint, and what stands between`,
  ]);
}

/** Makes an `explained` that runs a request and turns what it throws into a `SyncError`. */
export function explaining(explain: (error: unknown, request: FailedRequest) => unknown) {
  return async <Value>(request: FailedRequest, run: () => Promise<Value>): Promise<Value> => {
    try {
      return await run();
    } catch (error) {
      throw explain(error, request);
    }
  };
}
