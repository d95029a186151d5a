/** Postgres through pg, the only file that imports it. Everything lives in the schema `sync_task`. */
import pg from 'pg';
import { SyncError } from '../errors.ts';
import type { Database, Dialect, Parameter, Query, Row } from './database.ts';

const dialect: Dialect = {
  nowMs: '(extract(epoch FROM clock_timestamp()) * 1000)::bigint',
  rows: (parameter, columns) =>
    `json_to_recordset(${parameter}::json) AS r(${Object.entries(columns)
      .map(([name, type]) => `"${name}" ${type}`)
      .join(', ')})`,
  list: (...columns) => `CAST(json_agg(json_build_array(${columns.join(', ')})) AS TEXT)`,
  lockSkipping: (table) => `FOR UPDATE OF ${table} SKIP LOCKED`,
  lockShared: 'FOR SHARE',
  // Rows that refer to them may still be added.
  lockAgainstOthers: 'FOR NO KEY UPDATE',
  types: { identity: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY', path: 'TEXT COLLATE "C"' },
};

const SEARCH_PATH = 'search_path=sync_task';
/**
 * Every statement of ours looks few rows up by their keys, in the order in which it is written. Left to its statistics, which
 * know nothing of a run or a pipeline that is new, Postgres reads whole tables to join them with a handful of rows.
 */
const LOOK_UPS = ['enable_hashjoin=off', 'enable_mergejoin=off', 'join_collapse_limit=1', 'random_page_cost=1.1'];

const INT8 = 20;
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_MS = 5000;
const STATEMENT_TIMEOUT_MS = 120_000;
const CONNECTIONS = 3;
/** Any number that nobody else locks: "sync" in ASCII. */
const MIGRATION_LOCK = 0x73796e63;
const TRIES = 5;

export interface PostgresOptions {
  readonly url: string;
  readonly password: string | undefined;
  readonly applicationName: string;
}

/** To pg a URL without a password is an empty one, and it overrides the option: so the URL carries it, in memory alone. */
function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  return `${url}${url.includes('?') ? '&' : '?'}password=${encodeURIComponent(password)}`;
}

/** Connects once to prove that it can. What the URL leaves open comes from libpq's own `PG…` variables. */
export async function postgresDatabase({ url, password, applicationName }: PostgresOptions): Promise<Database> {
  const label = labelOf(url);
  const pool = new pg.Pool({
    connectionString: withPassword(url, password),
    application_name: applicationName,
    options: [SEARCH_PATH, ...LOOK_UPS].map((setting) => `-c ${setting}`).join(' '),
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A process that is frozen amid a transaction must not keep others from its rows.
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    types: {
      // Sizes and times are far below 2^53.
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  });
  // A connection that breaks while idle is replaced on the next use.
  pool.on('error', () => undefined);

  const on = (client: pg.Pool | pg.PoolClient): Query => ({
    dialect,
    async query(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
      try {
        return (await client.query(sql, [...parameters])).rows;
      } catch (error) {
        throw explain(error, label);
      }
    },
  });

  async function connect(): Promise<pg.PoolClient> {
    try {
      return await pool.connect();
    } catch (error) {
      throw explain(error, label);
    }
  }

  async function once<T>(work: (transaction: Query) => Promise<T>): Promise<T> {
    const client = await connect();
    // Without a listener a connection that breaks between two queries would end the process; the next query reports it.
    const broken = () => undefined;
    client.on('error', broken);
    let failure: unknown;
    try {
      const transaction = on(client);
      await transaction.query('BEGIN');
      const result = await work(transaction);
      await transaction.query('COMMIT');
      return result;
    } catch (error) {
      failure = error;
      await client.query('ROLLBACK').catch(() => undefined); // a lost connection rolls back by itself
      throw error;
    } finally {
      client.off('error', broken);
      client.release(failure instanceof SyncError && failure.reason === 'state-unreachable');
    }
  }

  async function transaction<T>(work: (transaction: Query) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await once(work);
      } catch (error) {
        if (tries === TRIES || !(error instanceof SyncError) || error.reason !== 'state-conflict') throw error;
      }
    }
  }

  const database: Database = {
    ...on(pool),
    label,
    transaction,
    alone: false,
    exclusively: (work) =>
      transaction(async (locked) => {
        await locked.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
        await locked.query('SET LOCAL statement_timeout = 0');
        await locked.query('CREATE SCHEMA IF NOT EXISTS sync_task');
        await work(locked);
      }),
    close: () => pool.end(),
  };
  return database;
}

/** The URL without a password, should one have come so far. */
function labelOf(url: string): string {
  return url.replace(/\/\/([^@/:]*):[^@/]*@/, '//$1@').replace(/[?&]password=[^&]*/g, '');
}

function explain(error: unknown, label: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: string }).code ?? '';
  const make = (kind: 'transient' | 'permission' | 'usage' | 'permanent', reason: string, message: string) =>
    new SyncError(`state ${label}: ${message}`, { kind, reason, cause: error });
  if (code === '28P01' || code === '28000' || error.message.includes('password must be a string')) {
    return make(
      'permission',
      'state-authentication',
      'not let in; check the user and SYNC_TASK_STATE_PASSWORD (or PGPASSWORD)',
    );
  }
  if (code === '3D000')
    return make('usage', 'no-such-database', 'the database does not exist; create it or correct --state');
  if (code === '42501') {
    return make(
      'permission',
      'state-rights',
      `${error.message}; the user needs CREATE on the database, or an own schema sync_task`,
    );
  }
  if (code === '40001' || code === '40P01') return make('transient', 'state-conflict', error.message);
  if (code.startsWith('08') || code.startsWith('57') || code.startsWith('53') || isNetwork(code, error.message)) {
    const why = error.message || code;
    return make(
      'transient',
      'state-unreachable',
      `cannot be reached (${why}); check host, port and that Postgres is up`,
    );
  }
  return make('permanent', 'state-failure', error.message);
}

function isNetwork(code: string, message: string): boolean {
  return (
    /^E[A-Z]+$/.test(code) || /terminated|timeout|timed out|ended|closed|not queryable|AggregateError/i.test(message)
  );
}
