/**
 * The identity that Azure gives to the place we run in, where no key or SAS token says who we are. A token comes from one of three
 * places, under the variables that Azure itself sets there: a federated token that Kubernetes writes to a file is exchanged for one
 * (workload identity); App Service and Container Apps have an endpoint of their own; any other machine asks its metadata service.
 * The client asks again before a token ends. `@azure/identity` does the same and weighs more than the client (docs/decisions/0011).
 */

import { backOff } from '../../base/backoff.ts';
import { SyncError } from '../../base/errors.ts';
import { proxyFailure } from '../objects/agents.ts';
import { isCertificateError, isNetworkError } from '../objects/service-error.ts';
import type { Ask, WebRequest } from '../objects/web-request.ts';
import type { OpenOptions } from '../storage-module.ts';

const RESOURCE = 'https://storage.azure.com/';
const AUTHORITY = 'https://login.microsoftonline.com/';
/** The same in every network of Azure; no other machine answers there. */
const METADATA = 'http://169.254.169.254';
/** The metadata service asks for patience while it is updated; these take half a minute. */
const TRIES = 6;

/** As the SDK's `TokenCredential`. */
export interface Identity {
  getToken(): Promise<{ readonly token: string; readonly expiresOnTimestamp: number }>;
}

interface Question {
  readonly url: string;
  readonly request: WebRequest;
}

/**
 * Sends nothing. Undefined where neither the user (`AZURE_STORAGE_AUTH_MODE=login`) nor Azure says that there is an identity.
 * Throws `usage` where what is set does not go together.
 *
 * @param outside asks what is not a part of this machine
 */
export function machineIdentity({ endpoint, role, settings, signal }: OpenOptions, outside: Ask): Identity | undefined {
  const { variable } = endpoint;
  const mode = variable('AZURE_STORAGE_AUTH_MODE');
  if (mode !== undefined && mode !== 'login') {
    throw unusable(role, 'usage', `AZURE_STORAGE_AUTH_MODE is "login" or not set, not ${JSON.stringify(mode)}`);
  }
  const federated = variable('AZURE_FEDERATED_TOKEN') !== undefined;
  const hosted = variable('IDENTITY_ENDPOINT') !== undefined && variable('IDENTITY_HEADER') !== undefined;
  if (!federated && !hosted && mode === undefined) return undefined;
  const client = variable('AZURE_CLIENT_ID');
  const tenant = variable('AZURE_TENANT_ID');
  if (federated && (client === undefined || tenant === undefined)) {
    throw unusable(role, 'usage', 'a federated token needs AZURE_CLIENT_ID and AZURE_TENANT_ID too');
  }

  /** Read anew each time: files of tokens are rewritten, hourly or so. */
  function question(): Question {
    if (federated) {
      const authority = (variable('AZURE_AUTHORITY_HOST') ?? AUTHORITY).replace(/\/*$/, '/');
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: variable('AZURE_FEDERATED_TOKEN') ?? '',
        client_id: client ?? '',
        scope: `${RESOURCE}.default`,
      });
      return { url: `${authority}${tenant}/oauth2/v2.0/token`, request: { method: 'POST', body } };
    }
    const asked = { resource: RESOURCE, ...(client !== undefined && { client_id: client }) };
    if (hosted) {
      const query = new URLSearchParams({ 'api-version': '2019-08-01', ...asked });
      const headers = { 'x-identity-header': variable('IDENTITY_HEADER') ?? '' };
      return { url: `${variable('IDENTITY_ENDPOINT')}?${query}`, request: { headers } };
    }
    const query = new URLSearchParams({ 'api-version': '2018-02-01', ...asked });
    const host = (variable('AZURE_POD_IDENTITY_AUTHORITY_HOST') ?? METADATA).replace(/\/+$/, '');
    return { url: `${host}/metadata/identity/oauth2/token?${query}`, request: { headers: { metadata: 'true' } } };
  }

  async function ask(): Promise<Response> {
    const { url, request } = question();
    const { host } = new URL(url);
    try {
      const send = federated ? outside : (fetch as Ask);
      return await send(url, { ...request, signal: AbortSignal.timeout(settings.connectTimeoutMs) });
    } catch (error) {
      const proxy = proxyFailure(error);
      if (proxy) throw proxy;
      if (isCertificateError(error)) {
        throw unusable(role, 'permission', `the certificate of ${host} is not trusted; set NODE_EXTRA_CA_CERTS`, error);
      }
      if (!isNetworkError(error) && (error as Error).name !== 'TimeoutError') throw error;
      const advice =
        'is this a machine of Azure with an identity? Else set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN';
      throw unusable(role, 'transient', `${host} gave no token (no answer); ${advice}`, error);
    }
  }

  return {
    async getToken() {
      for (let tries = 1; ; tries++) {
        const answer = await ask();
        const said = (await answer.json().catch(() => ({}))) as Said;
        if (answer.ok && said.access_token !== undefined) {
          return { token: said.access_token, expiresOnTimestamp: endOf(said) };
        }
        const passes = answer.status === 410 || answer.status === 429 || answer.status >= 500;
        if (passes && tries < TRIES && !signal?.aborted) {
          await backOff(tries, signal);
          continue;
        }
        const why = `${answer.status} ${said.error_description ?? said.error ?? ''}`.split(/[\r\n]/)[0]?.trim();
        const advice = 'check the identity, its federation, and AZURE_CLIENT_ID';
        throw unusable(role, passes ? 'transient' : 'permission', `Azure gave no token (${why}); ${advice}`);
      }
    },
  };
}

interface Said {
  readonly access_token?: string;
  /** In seconds; some services say the one, some the other, as a number or in digits. */
  readonly expires_in?: string | number;
  readonly expires_on?: string | number;
  readonly error?: string;
  readonly error_description?: string;
}

function endOf({ expires_on: on, expires_in: left }: Said): number {
  const endsMs = on === undefined ? Date.now() + Number(left) * 1000 : Number(on) * 1000;
  // A token without an end is asked for again soon.
  return Number.isFinite(endsMs) ? endsMs : Date.now() + 5 * 60_000;
}

function unusable(
  role: string,
  kind: 'usage' | 'transient' | 'permission',
  message: string,
  cause?: unknown,
): SyncError {
  return new SyncError(`--${role}: ${message}`, { kind, reason: kind === 'usage' ? 'bad-option' : 'identity', cause });
}
