/** The source or the target with everything that is needed to reach it. */
import { badOption } from './bad-option.ts';
import type { Input, Values } from './given-options.ts';
import type { Role } from './options/option.ts';
import { environmentName } from './options/options.ts';
import { parseLocation } from './parse/location.ts';
import { parseJumps } from './parse/parse-jump.ts';
import { parseProxy } from './parse/parse-proxy.ts';
import { proxyEnvironment } from './proxy-environment.ts';
import { readCredentials, readJumpCredentials, readSecret } from './secrets.ts';
import type { Endpoint } from './settings.ts';
import { clouds } from './storages/storages.ts';
import { refuseUnused } from './unused-options.ts';

/** Throws `usage` where it is missing, wrong, or has options that mean nothing for its storage. */
export function endpointOf(values: Values, { environment }: Input, role: Role): Endpoint {
  const given = values.given(role);
  if (!given)
    throw badOption(
      `--${role}`,
      `it is missing; give the flag, ${environmentName(role)}, or a key in the file of --config`,
    );
  const proxy = values.given(`${role}-proxy`);
  const proxyPassword = readSecret(environment, `SYNC_TASK_${role.toUpperCase()}_PROXY_PASSWORD`);
  const location = parseLocation(String(given.value), given.as);
  const credentials = readCredentials(environment, role, {
    insecureIgnoreHostKey: values.get(`${role}-insecure-ignore-host-key`),
    identitiesOnly: values.get(`${role}-identities-only`),
  });
  const jump = values.given(`${role}-jump`);
  refuseUnused(values, role, location);
  const variable = (name: string) =>
    readSecret(environment, `SYNC_TASK_${role.toUpperCase()}_${name}`) ?? readSecret(environment, name);
  const through = proxy && parseProxy(String(proxy.value), proxy.as, proxyPassword);
  const hop = { role, user: location.user, credentials: readJumpCredentials(environment, role, credentials) };
  return {
    location,
    ...(jump ? { jumps: parseJumps(String(jump.value), { ...hop, as: jump.as }) } : {}),
    ...(through ? { proxy: through } : {}),
    ...(clouds.includes(location.scheme) ? { proxyTo: through ? () => through : proxyEnvironment(variable) } : {}),
    legacyAlgorithms: values.get(`${role}-legacy-algorithms`),
    variable,
    ...(role === 'target'
      ? {
          content: {
            contentType: values.get('target-content-type'),
            cacheControl: values.get('target-cache-control'),
            metadata: values.get('target-metadata'),
          },
          s3: {
            storageClass: values.get('target-s3-storage-class'),
            encryption: values.get('target-s3-encryption'),
            tags: values.get('target-s3-tags'),
          },
        }
      : {}),
    credentials,
  };
}
