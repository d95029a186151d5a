/** Takes the URLs of locations apart and checks them. No message repeats a URL: it may hold a password. */
import { SyncError } from '../../base/errors.ts';
import type { Location } from '../settings.ts';

const SSH_PORT = 22;

/** `option` is how the user gave it, for the message. Throws `usage`. */
export function parseLocation(text: string, option: string): Location {
  const bad = (why: string) => new SyncError(`${option}: ${why}`, { kind: 'usage', reason: 'bad-url' });
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw bad('it is no URL; write sftp://user@host/path or file:///path');
  if (/^[a-z]:/i.test(text)) throw bad('a drive letter begins no URL; write file:///path');
  if (!/^[a-z0-9+.-]+:\/\//i.test(text)) {
    throw bad(
      scheme === 'file'
        ? 'a folder has three slashes and its whole path: file:///path'
        : 'behind the colon of a URL stand two slashes; a server is sftp://user@host/path, a bucket s3://bucket/prefix',
    );
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw bad(
      `it is no valid ${scheme} URL; write sftp://user@host:port/path, file:///path or ${scheme}://bucket/prefix`,
    );
  }
  if (url.password !== '') throw secretInUrl(option);
  if (url.search !== '' || url.hash !== '') throw bad('"?" and "#" in a path are written %3F and %23');
  if (url.pathname.includes('*')) {
    throw bad('a URL takes no glob: name the folder and say --include GLOB; a plain "*" is written %2A');
  }
  const path = decoded(url.pathname, bad);
  if (scheme === 'file') {
    if (url.host !== '') throw bad('a folder has three slashes: file:///path');
    if (path === '' || path === '/') throw bad('it names no folder');
    return { scheme: 'file', user: '', host: '', port: 0, path: trimmed(path), label: `file://${trimmed(path)}` };
  }
  const user = decoded(url.username, bad);
  if (scheme !== 'sftp') return bucketLocation(url, scheme, user, path, bad);
  if (url.hostname === '') throw bad('it names no host; write sftp://user@host/path');
  if (user === '') throw bad('it names no user; write sftp://user@host/path');
  if (path === '') throw bad('it names no path; write / for everything, or /~/ for the home folder');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? SSH_PORT : Number(url.port);
  const label = `sftp://${url.username}@${url.hostname}${port === SSH_PORT ? '' : `:${port}`}${trimmed(path)}`;
  return { scheme: 'sftp', user, host, port, path: fromHome(trimmed(path)), label };
}

/** Every other scheme names a bucket and a prefix. `storage/open.ts` refuses unknown ones. */
function bucketLocation(
  url: URL,
  scheme: string,
  user: string,
  path: string,
  bad: (why: string) => SyncError,
): Location {
  const host = decoded(url.hostname, bad);
  if (host === '') throw bad(`it names no bucket; write ${scheme}://bucket/prefix`);
  const prefix = path.replace(/^\/|\/+$/g, '');
  const label = `${scheme}://${url.host}${url.pathname.replace(/\/+$/, '')}`;
  return { scheme, user, host, port: Number(url.port), path: prefix, label };
}

/** Returns the URL of a state as it is: its driver reads it. Throws `usage` where it holds a password, or has another form. */
export function checkStateUrl(text: string, option: string): string {
  if (/^postgres(ql)?:\/\//.test(text)) {
    if (/^[a-z]+:\/\/[^/@]*:[^/]*@/.test(text) || /[?&]password=/.test(text)) throw secretInUrl(option);
    if (URL.canParse(text)) return text;
  } else if (/^sqlite:(\/\/)?[^/].*|^sqlite:(\/\/)?\/.+/.test(text)) return text;
  throw new SyncError(`${option}: write postgres://user@host/database, or sqlite:path`, {
    kind: 'usage',
    reason: 'bad-url',
  });
}

function secretInUrl(option: string): SyncError {
  const variable = `SYNC_TASK_${option
    .replace(/^--|^SYNC_TASK_/, '')
    .split(' ')[0]
    ?.toUpperCase()}_PASSWORD`;
  return new SyncError(
    `${option}: a password does not belong in a URL; take it out and set ${variable} or ${variable}_FILE`,
    {
      kind: 'usage',
      reason: 'secret-in-url',
    },
  );
}

function decoded(text: string, bad: (why: string) => SyncError): string {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    throw bad('"%" must be followed by two hexadecimal digits; a plain "%" is written %25');
  }
  if (plain.includes('\0')) throw bad('it holds a NUL character');
  return plain;
}

function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') || '/' : path;
}

/** `/~/x` is `x` in the login's home folder. */
function fromHome(path: string): string {
  return path === '/~' || path.startsWith('/~/') ? path.slice(1) : path;
}
