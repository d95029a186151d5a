import test from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../../src/base/errors.ts';
import { checkStateUrl, parseLocation } from '../../../src/config/parse/location.ts';

const places = {
  'sftp://me@host/out': { user: 'me', host: 'host', port: 22, path: '/out', label: 'sftp://me@host/out' },
  'sftp://me@host:2222/out/': { user: 'me', host: 'host', port: 2222, path: '/out', label: 'sftp://me@host:2222/out' },
  'sftp://me@host:22/': { user: 'me', host: 'host', port: 22, path: '/', label: 'sftp://me@host/' },
  'sftp://me@host/~/in': { user: 'me', host: 'host', port: 22, path: '~/in', label: 'sftp://me@host/~/in' },
  'sftp://me@host/~': { user: 'me', host: 'host', port: 22, path: '~', label: 'sftp://me@host/~' },
  'sftp://m%40corp@[::1]:22/a%20b': {
    user: 'm@corp',
    host: '::1',
    port: 22,
    path: '/a b',
    label: 'sftp://m%40corp@[::1]/a b',
  },
  's3://Bucket-1/a%20b//c/': { user: '', host: 'Bucket-1', port: 0, path: 'a b//c', label: 's3://Bucket-1/a%20b//c' },
  'gs://bucket': { user: '', host: 'bucket', port: 0, path: '', label: 'gs://bucket' },
  'file:///data/in/': { user: '', host: '', port: 0, path: '/data/in', label: 'file:///data/in' },
} as const;

for (const [url, expected] of Object.entries(places)) {
  test(`a place: ${url}`, (t) => {
    const { scheme, ...rest } = parseLocation(url, '--source');
    t.is(`${scheme}:`, url.slice(0, url.indexOf(':') + 1));
    t.deepEqual(rest, expected);
  });
}

const refused = {
  'nothing at all': ['', /it is no URL/],
  'no host': ['sftp:///out', /no (host|valid)/],
  'no user': ['sftp://host/out', /names no user/],
  'no path': ['sftp://me@host', /names no path/],
  'a bad port': ['sftp://me@host:99999/x', /no valid sftp URL/],
  'a query': ['sftp://me@host/x?y', /written %3F/],
  'a broken escape': ['sftp://me@host/%zz', /written %25/],
  'a NUL': ['sftp://me@host/%00', /NUL/],
  'no bucket': ['s3:///x', /names no bucket/],
  'a folder on a host': ['file://host/x', /three slashes/],
  'the root folder': ['file:///', /names no folder/],
} as const;

for (const [what, [url, says]] of Object.entries(refused)) {
  test(`no place: ${what}`, (t) => {
    const error = t.throws(() => parseLocation(url, '--source'), { instanceOf: SyncError });
    t.is(error?.kind, 'usage');
    t.regex(error?.message ?? '', says);
  });
}

test('whatever is given: a place or a usage error, and never the password', (t) => {
  const password = fc.stringMatching(/^[A-Za-z0-9]{8,20}$/);
  fc.assert(
    fc.property(
      fc.constantFrom('sftp', 'file', 'ftp', ''),
      fc.string(),
      password,
      fc.string(),
      (scheme, user, secret, rest) => {
        for (const parse of [parseLocation, checkStateUrl]) {
          try {
            parse(`${scheme}://${user}:${secret}@${rest}`, '--source');
          } catch (error) {
            if (!(error instanceof SyncError) || error.kind !== 'usage' || error.message.includes(secret)) throw error;
          }
        }
      },
    ),
  );
  t.pass();
});

test('a state', (t) => {
  for (const url of [
    'postgres://me@host/db',
    'postgresql:///db',
    'sqlite:state.db',
    'sqlite:///a/b.db',
    'sqlite:./x/state.db',
  ]) {
    t.is(checkStateUrl(url, '--state'), url);
  }
  for (const url of ['mysql://x', 'state.db', 'sqlite:'])
    t.throws(() => checkStateUrl(url, '--state'), { instanceOf: SyncError });
});
