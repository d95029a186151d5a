/**
 * The client of one container. Who we are comes from the environment, under the names that Azure's own tools use; each may
 * be set for one side alone (`SYNC_TASK_TARGET_AZURE_STORAGE_KEY`) and come from a file (`…_FILE`).
 */
import {
  AnonymousCredential,
  BlobServiceClient,
  type ContainerClient,
  newPipeline,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { SyncError } from '../../base/errors.ts';
import { openAgents } from '../objects/agents.ts';
import { webRequests } from '../objects/web-request.ts';
import type { OpenOptions } from '../storage-module.ts';
import { machineIdentity } from './identity.ts';

/** Asked again before a file's own tries are touched. */
const TRIES = 4;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/** As Azure takes them. */
const containerName = /^(\$root|\$web|\$logs|(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9])$/;

/** Sends nothing. Throws `usage` where what is set does not go together. */
export function containerClient(options: OpenOptions): ContainerClient {
  const { endpoint, role, settings } = options;
  const { location, variable } = endpoint;
  const connection = variable('AZURE_STORAGE_CONNECTION_STRING');
  const parts = connection === undefined ? undefined : connectionParts(connection, role);
  const account = parts?.['AccountName'] ?? variable('AZURE_STORAGE_ACCOUNT');
  const key = parts ? parts['AccountKey'] : variable('AZURE_STORAGE_KEY');
  const token = parts ? parts['SharedAccessSignature'] : variable('AZURE_STORAGE_SAS_TOKEN');
  const service = parts ? serviceOf(parts) : variable('AZURE_STORAGE_SERVICE_ENDPOINT');
  const url = service ?? (account === undefined ? undefined : `https://${account}.blob.core.windows.net`);
  if (url === undefined) {
    throw bad(role, 'no account is named; set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT');
  }
  checkUrl(url, role);
  const agents = openAgents(options);
  const identity = key === undefined && token === undefined ? machineIdentity(options, webRequests(agents)) : undefined;
  if (key === undefined && token === undefined && identity === undefined) {
    const login = 'or AZURE_STORAGE_AUTH_MODE=login where this machine has an identity';
    throw bad(
      role,
      `no credentials are given; set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, ${login}`,
    );
  }
  if (identity && !url.startsWith('https:')) throw bad(role, 'the token of an identity is sent over https alone');
  if (key !== undefined && account === undefined) throw bad(role, 'a key needs AZURE_STORAGE_ACCOUNT too');
  const credential =
    key === undefined || account === undefined
      ? (identity ?? new AnonymousCredential()) // what the SAS token allows
      : new StorageSharedKeyCredential(account, key);
  if (!containerName.test(location.host)) {
    throw bad(role, `${JSON.stringify(location.host)} is no name of a container; check it`);
  }
  const pipeline = newPipeline(credential, {
    retryOptions: {
      maxTries: TRIES,
      retryDelayInMs: FIRST_WAIT_MS,
      maxRetryDelayInMs: LONGEST_WAIT_MS,
      tryTimeoutInMs: settings.idleTimeoutMs,
    },
    keepAliveOptions: { enable: true },
  });
  // An agent that stands there already is left alone by the client's own reading of the environment.
  pipeline.factories.push({
    create: (next) => ({
      sendRequest(request) {
        request.agent = request.url.startsWith('https:') ? agents.https : agents.http;
        return next.sendRequest(request);
      },
    }),
  });
  const query = key === undefined && token !== undefined ? `?${token.replace(/^\?/, '')}` : '';
  return new BlobServiceClient(`${url.replace(/\/+$/, '')}${query}`, pipeline).getContainerClient(location.host);
}

/** `Name=value;…`; values hold `=` themselves. */
function connectionParts(text: string, role: string): Readonly<Record<string, string>> {
  if (/^UseDevelopmentStorage=true;?$/i.test(text.trim())) {
    throw bad(role, 'write out the connection string of the emulator instead of UseDevelopmentStorage=true');
  }
  const pairs = text
    .trim()
    .split(';')
    .filter((part) => part !== '')
    .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const);
  const parts = Object.fromEntries(pairs);
  if (parts['AccountName'] === undefined && parts['BlobEndpoint'] === undefined) {
    throw bad(role, 'AZURE_STORAGE_CONNECTION_STRING names no AccountName; copy it again, whole');
  }
  return parts;
}

function serviceOf(parts: Readonly<Record<string, string>>): string | undefined {
  if (parts['BlobEndpoint'] !== undefined) return parts['BlobEndpoint'];
  const { DefaultEndpointsProtocol: protocol = 'https', EndpointSuffix: suffix = 'core.windows.net' } = parts;
  return `${protocol}://${parts['AccountName']}.blob.${suffix}`;
}

function checkUrl(url: string, role: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) throw bad(role, 'the endpoint of the account is no http(s) URL');
  if (parsed.search !== '' || parsed.password !== '') {
    throw bad(role, 'a SAS token does not belong in the endpoint; set AZURE_STORAGE_SAS_TOKEN');
  }
}

function bad(role: string, message: string): SyncError {
  return new SyncError(`--${role}: ${message}`, { kind: 'usage', reason: 'bad-option' });
}
