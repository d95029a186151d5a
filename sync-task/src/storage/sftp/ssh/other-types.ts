/** Which host keys a server showed although another one is known. */
import type { Credentials } from '../../../config/settings.ts';
import type { SshServer } from './login.ts';

/** Types of host keys by the server that showed them although another one is known: no connection asks for them again. */
const otherTypes = new WeakMap<Credentials, Map<string, Set<string>>>();

/** Of this server and these credentials. The next connection does not ask for what is added. */
export function otherTypesOf({ credentials, label }: SshServer): Set<string> {
  const servers = otherTypes.get(credentials) ?? new Map<string, Set<string>>();
  otherTypes.set(credentials, servers);
  const types = servers.get(label) ?? new Set<string>();
  servers.set(label, types);
  return types;
}
