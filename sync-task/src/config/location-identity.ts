/**
 * Which place a location means, in words that are equal for the same place alone: the host or the service with its account, the
 * port, the root. Not the user: another login finds the same files. No secret is part of it, and nothing is asked for it.
 */
import type { Endpoint, Location } from './settings.ts';

type Variable = Endpoint['variable'];

/** For a state to remember, and for messages. */
export function placeOf({ location, variable }: Pick<Endpoint, 'location' | 'variable'>): string {
  const { scheme, host, port, path, user, label } = location;
  if (scheme === 'file') return `file://${path}`;
  if (scheme === 'sftp') {
    // What `~` means depends on who logs in.
    const root = path.startsWith('~') ? `/~${user}${path.slice(1)}` : path;
    return `sftp://${host.toLowerCase()}:${port}${root}`;
  }
  const service = serviceOf(scheme, variable);
  return service === undefined ? label : `${scheme}://${service}/${host}${path === '' ? '' : `/${path}`}`;
}

/** What is to be told apart beside the URL in names made from URLs; undefined where the URL says all. */
export function serviceBeside({ scheme }: Location, variable: Variable): string | undefined {
  const service = serviceOf(scheme, variable);
  return service === 'aws' || service === 'google' ? undefined : service;
}

/** Undefined where there is nothing but the URL. */
function serviceOf(scheme: string, variable: Variable): string | undefined {
  if (scheme === 's3') {
    const url = variable('AWS_ENDPOINT_URL_S3') ?? variable('AWS_ENDPOINT_URL');
    const region = variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION') ?? '';
    if (url === undefined) return region.startsWith('cn-') ? 'aws-cn' : 'aws';
    const server = serverOf(url);
    if (/\.amazonaws\.com\.cn(:443)?$/.test(server)) return 'aws-cn';
    return /\.amazonaws\.com(:443)?$/.test(server) ? 'aws' : server;
  }
  if (scheme === 'gs') {
    const emulator = variable('STORAGE_EMULATOR_HOST');
    return emulator ? serverOf(emulator) : 'google';
  }
  return scheme === 'az' ? azureService(variable) : undefined;
}

function azureService(variable: Variable): string | undefined {
  const connection = variable('AZURE_STORAGE_CONNECTION_STRING');
  const part = (name: string) => new RegExp(`(?:^|;)\\s*${name}=([^;]+)`, 'i').exec(connection ?? '')?.[1]?.trim();
  const account = connection === undefined ? variable('AZURE_STORAGE_ACCOUNT') : part('AccountName');
  const endpoint = connection === undefined ? variable('AZURE_STORAGE_SERVICE_ENDPOINT') : part('BlobEndpoint');
  if (endpoint !== undefined) return serverOf(endpoint);
  return account === undefined ? undefined : `${account}.blob.${part('EndpointSuffix') ?? 'core.windows.net'}`;
}

/** Host, port and path of an endpoint; the protocol is a way to it, and what follows a `?` or stands before an `@` may be a secret. */
function serverOf(endpoint: string): string {
  const text = /^[a-z]+:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`;
  if (!URL.canParse(text)) return 'an endpoint that is no URL';
  const { hostname, port, pathname } = new URL(text);
  const host = hostname === 'localhost' || hostname === '[::1]' ? '127.0.0.1' : hostname;
  return `${host}${port === '' ? '' : `:${port}`}${pathname.replace(/\/+$/, '')}`;
}
