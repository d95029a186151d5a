/**
 * Says when two endpoints are the same location: their identities are equal. An identity names the host, or the service with its
 * account, the port and the root. It leaves out the user: another login finds the same files. It holds no secret, and no server is
 * asked for it.
 */
import type { Endpoint, Location } from './settings.ts';
import { azure, azureService } from './storages/azure.ts';
import { gcs, gcsService } from './storages/gcs.ts';
import { s3, s3Service } from './storages/s3.ts';

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
  switch (scheme) {
    case s3.scheme:
      return s3Service(variable);
    case azure.scheme:
      return azureService(variable);
    case gcs.scheme:
      return gcsService(variable);
    default:
      return undefined;
  }
}
