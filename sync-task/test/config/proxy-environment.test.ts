/** `HTTPS_PROXY` and its kin, as other programs read them. */
import test from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../src/base/errors.ts';
import { loadSettings } from '../../src/config/load.ts';
import { proxyEnvironment } from '../../src/config/proxy-environment.ts';

const to = (url: string) => {
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol === 'http:' ? ('http' as const) : ('https' as const);
  return {
    scheme,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (scheme === 'http' ? 80 : 443) : Number(port),
  };
};
const proxyOf = (variables: Readonly<Record<string, string>>, url: string) =>
  proxyEnvironment((name) => variables[name] || undefined)(to(url));

for (const [variables, url, label] of [
  [{ HTTPS_PROXY: 'http://p:3128' }, 'https://a.example', 'http://p:3128'],
  [{ HTTPS_PROXY: 'http://p:3128' }, 'http://a.example', undefined],
  [{ HTTP_PROXY: 'p:8080' }, 'http://a.example', 'http://p:8080'],
  [{ https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:1' }, 'https://a.example', 'http://low:1'],
  [{ https_proxy: '', HTTPS_PROXY: 'http://up:1' }, 'https://a.example', 'http://up:1'],
  [{ ALL_PROXY: 'socks5h://s' }, 'https://a.example', 'socks5h://s:1080'],
  [{ HTTPS_PROXY: 'https://p' }, 'https://a.example', 'https://p:443'],
  [{ HTTPS_PROXY: 'http://me:s%40crt@p:3128/' }, 'https://a.example', 'http://p:3128'],
] as const) {
  test(`${JSON.stringify(variables)} on the way to ${url}`, (t) => t.is(proxyOf(variables, url)?.label, label));
}

test('a user and a password may stand in the variable', (t) => {
  t.like(proxyOf({ HTTPS_PROXY: 'http://me:s%40crt@p:3128' }, 'https://a'), { user: 'me', password: 's@crt' });
});

for (const [list, url, around] of [
  ['a.example', 'https://a.example', true],
  ['a.example', 'https://b.a.example', true],
  ['a.example', 'https://ba.example', false],
  ['.a.example', 'https://b.a.example', true],
  ['*.a.example', 'https://b.a.example', true],
  ['x, A.Example y', 'https://a.example', true],
  ['*', 'https://a.example', true],
  ['a.example:444', 'https://a.example', false],
  ['a.example:444', 'https://a.example:444', true],
  ['127.0.0.1', 'https://127.0.0.1:7070', true],
  ['10.0.0.0/8', 'https://10.9.8.7', true],
  ['10.0.0.0/8', 'https://11.9.8.7', false],
  ['::1', 'https://[::1]', true],
  ['[::1]:7', 'https://[::1]:7', true],
  ['fd00::/8', 'https://[fd12::1]', true],
  ['0.1', 'https://10.0.0.1', false],
  ['', 'https://a.example', false],
] as const) {
  test(`NO_PROXY=${list} and ${url}`, (t) => {
    t.is(proxyOf({ ALL_PROXY: 'http://p:1', NO_PROXY: list }, url) === undefined, around);
  });
}

test('no list of exceptions breaks it, and no wrong proxy is repeated', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, list) => {
      try {
        proxyOf({ HTTPS_PROXY: `${text}:secret-7@`, NO_PROXY: list }, 'https://a.example');
      } catch (error) {
        if (!(error instanceof SyncError) || error.kind !== 'usage' || error.message.includes('secret-7')) throw error;
      }
    }),
  );
  t.pass();
});

test('an option that would do nothing is refused', (t) => {
  const said = (environment: Record<string, string>) =>
    t.throws(() => loadSettings({ flags: {}, environment }), { instanceOf: SyncError })?.message;
  const places = { SYNC_TASK_SOURCE: 's3://a', SYNC_TASK_TARGET: 'file:///out' };
  for (const [name, value] of [
    ['SOURCE_JUMP', 'me@h'],
    ['SOURCE_LEGACY_ALGORITHMS', 'true'],
    ['SOURCE_INSECURE_IGNORE_HOST_KEY', 'true'],
    ['TARGET_PROXY', 'http://p:1'],
    ['TARGET_S3_TAGS', 'a=b'],
  ] as const) {
    t.regex(
      said({ ...places, [`SYNC_TASK_${name}`]: value }) ?? '',
      new RegExp(`^SYNC_TASK_${name}: .*does nothing for`),
    );
  }
  t.notThrows(() => loadSettings({ flags: {}, environment: { ...places, SYNC_TASK_SOURCE_PROXY: 'socks5://p' } }));
});
