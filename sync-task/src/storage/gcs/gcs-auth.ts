/**
 * Who we are. Google's own library finds that out (`GOOGLE_APPLICATION_CREDENTIALS`, gcloud's own login, workload identity,
 * the attached service account) and renews tokens. A key for one side alone is read here, because the library has no
 * other place for it than the whole process.
 */
import { readFileSync } from 'node:fs';
import { GoogleAuth, JWT } from 'google-auth-library';
import { SyncError } from '../../base/errors.ts';
import type { Agents } from '../objects/agents.ts';
import type { OpenOptions } from '../storage-module.ts';

const VARIABLE = 'GOOGLE_APPLICATION_CREDENTIALS';
const scopes = ['https://www.googleapis.com/auth/devstorage.read_write'];

export interface TokenSource {
  getRequestHeaders(url: string): Promise<Headers>;
}

/** Throws `usage` where this side's own key cannot be used. */
export function tokenSource({ endpoint, role }: OpenOptions, agents: Agents): TokenSource {
  const file = endpoint.variable(VARIABLE);
  const transporterOptions = { agent: (url: URL) => (url.protocol === 'https:' ? agents.https : agents.http) };
  if (file === undefined || file === process.env[VARIABLE]) {
    return new GoogleAuth({ scopes, clientOptions: { transporterOptions } });
  }
  const { type, client_email: email, private_key: key } = readKey(file, role);
  if (type === 'service_account' && email && key) return new JWT({ email, key, scopes, transporterOptions });
  throw bad(role, `${file} is no key of a service account; for everything else set ${VARIABLE} for the whole process`);
}

interface Key {
  readonly type?: string;
  readonly client_email?: string;
  readonly private_key?: string;
}

function readKey(file: string, role: string): Key {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Key;
  } catch (error) {
    // The error of the parser would show some of the key.
    const why = (error as NodeJS.ErrnoException).code ?? 'it is no JSON';
    throw bad(role, `${file} cannot be read (${why}); check the path and its rights`);
  }
}

function bad(role: string, message: string): SyncError {
  return new SyncError(`SYNC_TASK_${role.toUpperCase()}_${VARIABLE}: ${message}`, {
    kind: 'usage',
    reason: 'bad-option',
  });
}
