import { SyncError } from '../../base/errors.ts';
import type { Credentials, JumpHost } from '../settings.ts';

const SSH_PORT = 22;

/**
 * Reads `[user@]host[:port]`, several separated by commas, nearest first, as in OpenSSH's ProxyJump. A hop without a user gets
 * `user`. Throws `usage`; no message repeats text that may hold a password.
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
    // URL normalises the host of a known scheme only, so read it as http.
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
