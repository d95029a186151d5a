/** The keys that a login may show: those given, an agent's, and certificates for both. */
import type { AnyAuthMethod } from 'ssh2';
import { SyncError } from '../../../base/errors.ts';
import { chosenKeys } from './agent.ts';
import { type Certificate, certificatesIn, certifiedBy } from './certificate.ts';
import type { SshServer } from './login.ts';
import { hasPrivateKey, publicKeysIn, readPrivateKeys } from './private-keys.ts';

/** What can be shown of keys, and what is said of them where nobody is let in. */
export interface Identities {
  readonly methods: readonly AnyAuthMethod[];
  readonly certificates: readonly Certificate[];
  /** Keys of the agent; undefined: it was not asked. */
  readonly held: number | undefined;
}

/** Throws `permission` for a key that can't be used, `usage` for one that is missing. */
export function identities(server: SshServer, onSign: (algorithm: string) => void): Identities {
  const { user: username, credentials, label, variable, role } = server;
  const { privateKey = '', passphrase, agent, identitiesOnly = false } = credentials;
  const opens = publicKeysIn(privateKey);
  if (identitiesOnly && (agent === undefined || privateKey === '')) {
    const missing =
      agent === undefined
        ? 'there is no agent: set SSH_AUTH_SOCK, or leave the option out'
        : `it is not said which key: give its public half as ${variable}_PRIVATE_KEY`;
    throw new SyncError(`--${role}-identities-only: ${missing}`, { kind: 'usage', reason: 'bad-option' });
  }
  try {
    const certificates = certificatesIn(privateKey);
    const isAsked = agent !== undefined && (opens.length > 0 || certificates.length > 0) && !hasPrivateKey(privateKey);
    const keys = privateKey === '' || isAsked ? [] : readPrivateKeys(privateKey, passphrase);
    const methods: AnyAuthMethod[] = keys.flatMap((key) =>
      [...certifiedBy(certificates, key, onSign).map(({ shown }) => shown), key].map(
        (each) => ({ type: 'publickey', username, key: each }) as const,
      ),
    );
    const isUsed = (certificate: Certificate) => keys.some((key) => certifiedBy([certificate], key, onSign).length > 0);
    const unused = certificates.filter((certificate) => !isUsed(certificate));
    if (unused[0] && agent === undefined) {
      throw new Error(
        `the certificate ${JSON.stringify(unused[0].keyId)} is for none of them; give the private key that it was made for`,
      );
    }
    let held: number | undefined;
    if (agent !== undefined) {
      const only = identitiesOnly ? [...opens, ...keys.map((key) => key.getPublicSSH())] : undefined;
      const onKeys = (count: number) => {
        held = count;
      };
      methods.push({
        type: 'agent',
        username,
        agent: chosenKeys(agent, { only, certificates: unused, onSign, onKeys }),
      });
    }
    return {
      methods,
      certificates,
      get held() {
        return held;
      },
    };
  } catch (error) {
    throw new SyncError(
      `${label}: the private key cannot be used (${(error as Error).message}); check ${variable}_PRIVATE_KEY and ${variable}_PASSPHRASE`,
      { kind: 'permission', reason: 'bad-private-key', cause: error },
    );
  }
}
