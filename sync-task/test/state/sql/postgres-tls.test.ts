/** What `sslmode` means for servers with TLS, without it, and with only one of both. */
import { join } from 'node:path';
import test from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { postgresDatabase } from '../../../src/state/sql/postgres-database.ts';
import { tlsPlan } from '../../../src/state/sql/postgres-tls.ts';
import { type Authority, makeAuthority } from '../../kit/certificates.ts';
import { type Postgres, startPostgres } from '../../kit/postgres.ts';

type Kind = 'both' | 'without' | 'tls alone' | 'plain alone';

let right: Authority;
let wrong: Authority;
const servers = new Map<Kind, Postgres>();

test.before(async () => {
  [right, wrong] = await Promise.all([makeAuthority('right'), makeAuthority('wrong')]);
  const { key, certificate } = await right.issue('localhost');
  const start = (kind: Kind, connections: string) =>
    startPostgres({
      files: {
        'server.key': key,
        'server.crt': certificate,
        hba: `${connections} all all 127.0.0.1/32 scram-sha-256\n`,
      },
      settings: [
        'hba_file=FOLDER/hba',
        ...(kind === 'without' ? [] : ['ssl=on', 'ssl_cert_file=FOLDER/server.crt', 'ssl_key_file=FOLDER/server.key']),
      ],
    });
  servers.set('both', await start('both', 'host'));
  servers.set('without', await start('without', 'host'));
  servers.set('tls alone', await start('tls alone', 'hostssl'));
  servers.set('plain alone', await start('plain alone', 'hostnossl'));
});
test.after.always(async () => {
  for (const server of servers.values()) await server.stop();
  await right?.[Symbol.asyncDispose]();
  await wrong?.[Symbol.asyncDispose]();
});

type Expected = 'tls' | 'plain' | 'state-encryption' | 'state-authentication';
type Row = readonly [Kind, mode: string | undefined, ca: 'none' | 'right' | 'wrong', host: string, Expected];

/** The certificate is for localhost only. */
const [named, address] = ['localhost', '127.0.0.1'];

const rows: readonly Row[] = [
  ['both', 'disable', 'right', named, 'plain'],
  ['both', 'allow', 'none', named, 'plain'],
  ['both', undefined, 'none', address, 'tls'],
  ['both', 'prefer', 'none', address, 'tls'],
  ['both', 'prefer', 'right', address, 'tls'],
  ['both', 'prefer', 'wrong', named, 'plain'],
  ['both', 'require', 'none', address, 'tls'],
  ['both', 'require', 'right', address, 'tls'],
  ['both', 'require', 'wrong', named, 'state-encryption'],
  ['both', 'verify-ca', 'none', named, 'state-encryption'],
  ['both', 'verify-ca', 'right', address, 'tls'],
  ['both', 'verify-ca', 'wrong', named, 'state-encryption'],
  ['both', 'verify-full', 'none', named, 'state-encryption'],
  ['both', 'verify-full', 'right', named, 'tls'],
  ['both', 'verify-full', 'right', address, 'state-encryption'],
  ['both', 'verify-full', 'wrong', named, 'state-encryption'],
  ['without', 'disable', 'none', named, 'plain'],
  ['without', 'allow', 'none', named, 'plain'],
  ['without', 'prefer', 'none', named, 'plain'],
  ['without', 'require', 'none', named, 'state-encryption'],
  ['without', 'verify-ca', 'right', named, 'state-encryption'],
  ['without', 'verify-full', 'right', named, 'state-encryption'],
  ['tls alone', 'disable', 'none', named, 'state-authentication'],
  ['tls alone', 'allow', 'none', named, 'tls'],
  ['tls alone', 'allow', 'wrong', named, 'state-encryption'],
  ['tls alone', 'prefer', 'none', named, 'tls'],
  ['plain alone', 'prefer', 'none', named, 'plain'],
  ['plain alone', 'require', 'none', named, 'state-authentication'],
];

for (const [kind, mode, ca, host, expected] of rows) {
  test.serial(`sslmode ${mode ?? 'not given'}, authority ${ca}, at ${host} with ${kind}: ${expected}`, async (t) => {
    const server = servers.get(kind);
    if (!server) throw new Error('not started');
    const query = new URLSearchParams();
    if (mode) query.set('sslmode', mode);
    if (ca !== 'none') query.set('sslrootcert', (ca === 'right' ? right : wrong).file);
    const url = `${server.url.replace(address, host)}?${query}`;
    const open = async () => {
      const database = await postgresDatabase({ url, password: server.password, applicationName: 'test' });
      try {
        const [row] = await database.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
        return row?.['ssl'] ? 'tls' : 'plain';
      } finally {
        await database.close();
      }
    };
    if (expected === 'tls' || expected === 'plain') return t.is(await open(), expected);
    const error = await t.throwsAsync(open(), { instanceOf: SyncError });
    t.is(error?.reason, expected);
    t.true(error?.kind === 'permission' || error?.kind === 'usage');
    t.false(error?.message.includes(server.password));
    return t.false(error?.message.includes('\n'));
  });
}

const nowhere = '/nowhere';
const plan = (url: string, environment = {}, folder = nowhere) => tlsPlan(url, 'x', environment, folder);

test('libpq’s variables count where the URL leaves open, and nothing of it reaches pg', (t) => {
  const { tries, url } = plan('postgres://u@h/d?sslmode=disable&application_name=x', { PGSSLMODE: 'verify-full' });
  t.deepEqual(tries, [false]);
  t.is(url, 'postgres://u@h/d?application_name=x');
  t.like(plan('postgres://u@h/d', { PGSSLMODE: 'require' }).tries, [{ rejectUnauthorized: false }]);
  t.is(plan('postgres://u@h/d', { PGSSLMODE: 'require' }).tries.length, 1);
  const ca = plan('postgres://u@h/d', { PGSSLMODE: 'verify-full', PGSSLROOTCERT: right.file }).tries[0];
  t.like(ca, { rejectUnauthorized: true, servername: 'h' });
  t.false(ca && 'checkServerIdentity' in ca);
});

test('root.crt of the folder counts where it stands', (t) => {
  const folder = join(right.file, '..');
  const authority = plan('postgres://u@h/d?sslmode=require', {}, folder).tries[0];
  t.like(authority, { rejectUnauthorized: false }, 'ca.crt has another name');
  const error = t.throws(() => plan('postgres://u@h/d?sslmode=verify-ca', {}, folder), { instanceOf: SyncError });
  t.is(error?.kind, 'usage');
});

test('sslrootcert=system trusts those of the system, and wants the name proved', (t) => {
  const { tries } = plan('postgres://u@h/d?sslrootcert=system');
  t.is(tries.length, 1);
  t.like(tries[0], { rejectUnauthorized: true });
  t.false(tries[0] && 'checkServerIdentity' in tries[0]);
  const weak = t.throws(() => plan('postgres://u@h/d?sslrootcert=system&sslmode=require'), { instanceOf: SyncError });
  t.is(weak?.kind, 'usage');
});

const refused = [
  ['an unknown mode', '?sslmode=no-verify', 'usage'],
  ['a file that is not there', '?sslmode=require&sslrootcert=/nowhere/root.crt', 'permission'],
  ['a key that is not there', `?sslcert=${import.meta.filename}&sslkey=/nowhere/key`, 'permission'],
  ['direct negotiation without TLS', '?sslnegotiation=direct&sslmode=prefer', 'usage'],
] as const;

for (const [what, query, kind] of refused) {
  test(`refused: ${what}`, (t) => {
    t.is(t.throws(() => plan(`postgres://u@h/d${query}`), { instanceOf: SyncError })?.kind, kind);
  });
}

test('a socket has no TLS', (t) => {
  t.deepEqual(plan('postgres:///d?host=/run/postgresql&sslmode=verify-full').tries, [false]);
});
