import { SyncError } from '../../base/errors.ts';
import type { Credentials, JumpHost } from '../settings.ts';

const SSH_PORT = 22;

/**
 * `[user@]host[:port]`, several separated by commas, the first one nearest to us, as in OpenSSH's ProxyJump. Whoever has no
 * user gets `user`. Throws `usage`; no message repeats what may hold a password.
 */
export function parseJumps(
  text: string,
  { as, role, user, credentials }: { as: string; role: string; user: string; credentials: Credentials },
): readonly JumpHost[] {
  const bad = (why: string, reason = 'bad-jump') => new SyncError(`${as}: ${why}`, { kind: 'usage', reason });
  const form = 'write user@host or user@host:port, several hops separated by commas';
  return text.split(',').map((part) => {
    const plain = part.trim().replace(/^ssh:\/\//, '');
    if (plain === '' || !URL.canParse(`ssh://${plain}`)) throw bad(form);
    // Of an unknown scheme a URL's host is left as it is, so it is read as one that is known.
    const known = new URL(`http://${plain}`);
    if (known.password !== '') {
      const variable = `SYNC_TASK_${role.toUpperCase()}_JUMP_PASSWORD`;
      throw bad(`a password does not belong there; take it out and set ${variable} or its _FILE`, 'secret-in-url');
    }
    if (known.hostname === '' || known.pathname !== '/' || known.search !== '' || known.hash !== '') throw bad(form);
    const port = new URL(`ssh://${plain}`).port;
    const host = known.hostname.replace(/^\[(.*)\]$/, '$1');
    return {
      host,
      port: port === '' ? SSH_PORT : Number(port),
      user: known.username === '' ? user : decodeURIComponent(known.username),
      credentials,
    };
  });
}
