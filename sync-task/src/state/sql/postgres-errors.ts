/**
 * Turns errors of Postgres and of the network into errors that say how to react. Only what may pass by itself is transient:
 * otherwise a database that refuses for good would be asked for ever. SQLSTATE codes:
 * postgresql.org/docs/current/errcodes-appendix.html.
 */
import { type ErrorKind, SyncError } from '../../base/errors.ts';

type Found = readonly [ErrorKind, reason: string, message: string];

/** The connection is gone or never existed: another one may work. */
export const LOST = 'state-unreachable';
/** Postgres rolled the transaction back in favour of another one: run it again at once. */
export const CONFLICT = 'state-conflict';
export const TIMEOUT = 'state-timeout';

/** Codes whose class would say the wrong thing. */
const byCode: Readonly<Record<string, (said: string) => Found>> = {
  // Poolers use it for every fault of the server behind them.
  '08P01': lost,
  '25006': (said) => [
    'permission',
    'state-read-only',
    `it takes no writes (${said}); a standby, or made read-only: point --state at the primary, or let it be written to`,
  ],
  '25P03': lost,
  '28000': (said) => ['permission', 'state-authentication', `not let in (${said}); check the user and pg_hba.conf`],
  '28P01': notLetIn,
  '3D000': noDatabase,
  '3F000': noRights,
  '40001': conflict,
  '40P01': conflict,
  '42501': noRights,
  '53100': (said) => ['permanent', 'disk-full', `its disk is full (${said}); free space there, then run again`],
  '53400': failure,
  '55P03': (said) => ['transient', 'state-locked', `${said}; somebody else keeps its tables locked: run again later`],
  '57014': (said) => ['transient', TIMEOUT, `${said}; run it again, and look at what keeps the database busy`],
  '57P04': noDatabase,
};

/** By class, the first two characters. */
const byClass: Readonly<Record<string, (said: string) => Found>> = {
  '08': lost,
  '53': (said) => ['transient', LOST, `it has no room for this now (${said}); run again later`],
  '57': lost,
};

function lost(said: string): Found {
  return ['transient', LOST, `cannot be reached (${said}); check host, port and that Postgres is up`];
}

function conflict(said: string): Found {
  return ['transient', CONFLICT, said];
}

function failure(said: string): Found {
  return ['permanent', 'state-failure', said];
}

function notLetIn(): Found {
  return [
    'permission',
    'state-authentication',
    'not let in; check the user and SYNC_TASK_STATE_PASSWORD (or PGPASSWORD)',
  ];
}

function noDatabase(): Found {
  return ['usage', 'no-such-database', 'the database does not exist; create it or correct --state'];
}

function noRights(said: string): Found {
  return [
    'permission',
    'state-rights',
    `${said}; the user needs CREATE on the database, or an own schema sync_task with USAGE and CREATE`,
  ];
}

export function explainPostgres(error: unknown, label: string): unknown {
  if (!(error instanceof Error) || error instanceof SyncError) return error;
  const code = (error as { code?: string }).code ?? '';
  const [kind, reason, message] = judge(code, (error.message || code).replace(/\s+/g, ' ').trim());
  return new SyncError(`state ${label}: ${message}`, { kind, reason, cause: error });
}

function judge(code: string, said: string): Found {
  if (said.includes('password must be a string')) return notLetIn();
  if (isAboutTls(code, said)) {
    return [
      'permission',
      'state-encryption',
      `no connection as sslmode asks for it (${said}); check sslmode, sslrootcert and the server's certificate`,
    ];
  }
  // Node's codes are words.
  if (/^[0-9A-Z]{5}$/.test(code) && /\d/.test(code)) {
    return (byCode[code] ?? byClass[code.slice(0, 2)] ?? failure)(said);
  }
  return isNetwork(code, said) ? lost(said) : failure(said);
}

/** The server has no TLS, or a certificate that is not trusted. */
export function isAboutTls(code: string, said: string): boolean {
  return (
    /CERT|^ERR_TLS|^ERR_SSL|^ERR_OSSL|UNABLE_TO_|^EPROTO$|^HOSTNAME_MISMATCH$|^INVALID_CA$/.test(code) ||
    /does not support SSL|establishing an SSL connection|before secure TLS connection/.test(said)
  );
}

function isNetwork(code: string, message: string): boolean {
  return (
    /^E(?!RR_)[A-Z_]+$/.test(code) ||
    /terminated|timeout|timed out|ended|closed|not queryable|AggregateError/i.test(message)
  );
}
