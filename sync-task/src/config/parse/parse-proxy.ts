import { SyncError } from '../../base/errors.ts';
import type { ProxyServer } from '../settings.ts';

/** Reads `socks5://user@host:port` or `http://user@host:port`. Throws `usage`; no message repeats text that may hold a password. */
export function parseProxy(text: string, as: string, password: string | undefined): ProxyServer {
  const bad = (why: string, reason = 'bad-url') => new SyncError(`${as}: ${why}`, { kind: 'usage', reason });
  const form = 'write socks5://host:port or http://host:port, with user@ before the host where it asks for one';
  const scheme = /^(socks5|http):\/\//.exec(text)?.[1] as ProxyServer['scheme'] | undefined;
  if (scheme === undefined || !URL.canParse(text)) throw bad(form);
  // URL normalises the host of a known scheme only, so read both as http.
  const url = new URL(text.replace(/^socks5:/, 'http:'));
  if (url.password !== '') {
    throw bad('a password does not belong in a URL; set SYNC_TASK_…_PROXY_PASSWORD or its _FILE', 'secret-in-url');
  }
  if (url.hostname === '' || url.search !== '' || url.hash !== '' || url.pathname !== '/') throw bad(form);
  const port = url.port === '' ? (scheme === 'socks5' ? 1080 : 80) : Number(url.port);
  const user = decodeURIComponent(url.username);
  return {
    scheme,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    user,
    password,
    label: `${scheme}://${url.hostname}:${port}`,
  };
}
