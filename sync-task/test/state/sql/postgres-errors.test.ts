import test from 'ava';
import { type ErrorKind, SyncError } from '../../../src/base/errors.ts';
import { explainPostgres } from '../../../src/state/sql/postgres-errors.ts';

const rows: readonly (readonly [code: string, kind: ErrorKind, reason: string])[] = [
  ['08000', 'transient', 'state-unreachable'],
  ['08006', 'transient', 'state-unreachable'],
  ['08P01', 'transient', 'state-unreachable'],
  ['22021', 'permanent', 'state-failure'],
  ['23505', 'permanent', 'state-failure'],
  ['25006', 'permission', 'state-read-only'],
  ['25P03', 'transient', 'state-unreachable'],
  ['28000', 'permission', 'state-authentication'],
  ['28P01', 'permission', 'state-authentication'],
  ['3D000', 'usage', 'no-such-database'],
  ['3F000', 'permission', 'state-rights'],
  ['40001', 'transient', 'state-conflict'],
  ['40P01', 'transient', 'state-conflict'],
  ['42501', 'permission', 'state-rights'],
  ['42P01', 'permanent', 'state-failure'],
  ['53100', 'permanent', 'disk-full'],
  ['53200', 'transient', 'state-unreachable'],
  ['53300', 'transient', 'state-unreachable'],
  ['53400', 'permanent', 'state-failure'],
  ['54000', 'permanent', 'state-failure'],
  ['55P03', 'transient', 'state-locked'],
  ['57014', 'transient', 'state-timeout'],
  ['57P01', 'transient', 'state-unreachable'],
  ['57P03', 'transient', 'state-unreachable'],
  ['57P04', 'usage', 'no-such-database'],
  ['58030', 'permanent', 'state-failure'],
  ['XX000', 'permanent', 'state-failure'],
  ['XX001', 'permanent', 'state-failure'],
  ['ECONNREFUSED', 'transient', 'state-unreachable'],
  ['EAI_AGAIN', 'transient', 'state-unreachable'],
  ['EPIPE', 'transient', 'state-unreachable'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'permission', 'state-encryption'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'permission', 'state-encryption'],
  ['CERT_HAS_EXPIRED', 'permission', 'state-encryption'],
  ['ERR_INVALID_ARG_TYPE', 'permanent', 'state-failure'],
];

for (const [code, kind, reason] of rows) {
  test(`${code} is ${kind}: ${reason}`, (t) => {
    const explained = explainPostgres(Object.assign(new Error('two\nlines'), { code }), 'postgres://h/d');
    if (!(explained instanceof SyncError)) return t.fail();
    t.like(explained, { kind, reason });
    t.true(explained.message.startsWith('state postgres://h/d: '));
    t.false(explained.message.includes('\n'));
    return t.is(
      /that Postgres is up/.test(explained.message),
      kind === 'transient' && reason === 'state-unreachable' && !code.startsWith('53'),
    );
  });
}
