/**
 * Says when two endpoints are the same location: their identities are equal. An identity names the host, or the service with its
 * account, the port and the root. It leaves out the user: another login finds the same files. It holds no secret, and no server is
 * asked for it.
 */
import type { Endpoint, Location } from './settings.ts';

type Variable = Endpoint['variable'];

/** The state remembers it, and messages show it. */
export function identityOf({ location, variable }: Pick<Endpoint, 'location' | 'variable'>): string {
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

/** The service, for names made from URLs; undefined where the URL alone tells two locations apart. */
export function serviceBeside({ scheme }: Location, variable: Variable): string | undefined {
  const service = serviceOf(scheme, variable);
  return service === 'aws' || service === 'google' ? undefined : service;
}

/** Undefined where nothing but the URL is known. */
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

/** Host, port and path. The protocol is only a way there; what follows a `?` or precedes an `@` may be a secret. */
function serverOf(endpoint: string): string {
  const text = /^[a-z]+:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`;
  if (!URL.canParse(text)) return 'an endpoint that is no URL';
  const { hostname, port, pathname } = new URL(text);
  const host = hostname === 'localhost' || hostname === '[::1]' ? '127.0.0.1' : hostname;
  return `${host}${port === '' ? '' : `:${port}`}${pathname.replace(/\/+$/, '')}`;
}
