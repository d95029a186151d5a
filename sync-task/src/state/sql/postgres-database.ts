/**
 * Postgres through pg; the only file that imports it. Everything lives in the schema `sync_task`.
 *
 * A connection is never set up when it starts: behind a pooler every transaction may get another one, and the pooler may drop
 * settings silently. Every statement runs in a transaction that begins with all the settings it relies on.
 */
import pg from 'pg';
import { SyncError } from '../../base/errors.ts';
import { realWorld } from '../../base/world.ts';
import { type Database, type Dialect, type Parameter, type Query, storable } from './database.ts';
import { CONFLICT, explainPostgres, LOST } from './postgres-errors.ts';
import { type Encryption, type TlsPlan, tlsPlan } from './postgres-tls.ts';

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
  tables: "(SELECT tablename AS name FROM pg_tables WHERE schemaname = 'sync_task') AS existing",
  types: { identity: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY', path: 'TEXT COLLATE "C"' },
};

const INT8 = 20;
const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 120_000;
/** A server that is silent for this much longer is gone. */
const SILENCE_MS = 15_000;
const CONNECTIONS = 3;
/** Any number that nobody else locks: "sync" in ASCII. */
const MIGRATION_LOCK = 0x73796e63;
const CONFLICTS = 5;
/** How long to retry after a lost connection. */
const PATIENCE_MS = 60_000;
const LONGEST_WAIT_MS = 5000;

/**
 * - No other schema: a pooler's other clients may have left a table of the same name there.
 * - A process that freezes during a transaction must not keep others from its rows.
 * - Every statement of ours looks up few rows by their keys, in the order it is written in. Statistics know nothing about a new
 *   run or pipeline; by them, Postgres reads whole tables to join them with a handful of rows.
 */
const begin = (access: '' | 'READ ONLY') =>
  [
    `BEGIN ISOLATION LEVEL READ COMMITTED ${access}`,
    ...[
      'search_path = sync_task, pg_temp',
      `statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
      'idle_in_transaction_session_timeout = 5000',
      ...['enable_hashjoin = off', 'enable_mergejoin = off', 'join_collapse_limit = 1', 'random_page_cost = 1.1'],
    ].map((setting) => `SET LOCAL ${setting}`),
  ].join('; ');

export interface PostgresOptions {
  readonly url: string;
  readonly password: string | undefined;
  readonly applicationName: string;
  readonly patienceMs?: number;
  readonly readOnly?: boolean;
}

/**
 * pg reads a URL without a password as one with an empty password, which overrides the option. So the URL carries it, in memory
 * only.
 */
function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  return `${url}${url.includes('?') ? '&' : '?'}password=${encodeURIComponent(password)}`;
}

/** libpq's own `PG…` variables fill what the URL leaves open. */
export async function postgresDatabase(options: PostgresOptions): Promise<Database> {
  const { url, password, applicationName, patienceMs = PATIENCE_MS, readOnly = false } = options;
  const label = labelOf(url);
  const tls = tlsPlan(url, label);
  const config = {
    connectionString: withPassword(tls.url, password),
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  const pool = new pg.Pool({
    ...config,
    ssl: await chooseEncryption(tls, config).catch((error) => {
      throw explainPostgres(error, label);
    }),
    max: CONNECTIONS,
    types: {
      // Sizes and times are far below 2^53.
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  });
  // The pool replaces a connection that breaks while idle.
  pool.on('error', () => undefined);
  /** A process that could never connect fails at once. */
  let connected = false;

  async function connect(): Promise<pg.PoolClient> {
    try {
      const client = await pool.connect();
      connected = true;
      return client;
    } catch (error) {
      throw explainPostgres(error, label);
    }
  }

  async function once<T>(work: (transaction: Query) => Promise<T>, silenceMs: number): Promise<T> {
    const client = await connect();
    // Without a listener, a connection that breaks between two queries would end the process; the next query reports it.
    const broken = () => undefined;
    client.on('error', broken);
    let lost = false;
    const ask = async (text: string, values?: readonly Parameter[]) => {
      try {
        // Unnamed: behind a pooler a prepared statement would belong to another connection.
        return await client.query({
          text,
          ...(values && { values: storable(values) }),
          query_timeout: silenceMs,
        } as pg.QueryConfig);
      } catch (error) {
        const explained = explainPostgres(error, label);
        lost ||= explained instanceof SyncError && explained.reason === LOST;
        throw explained;
      }
    };
    const transaction: Query = { dialect, query: async (sql, parameters = []) => (await ask(sql, parameters)).rows };
    try {
      await ask(begin(readOnly ? 'READ ONLY' : ''));
      const result = await work(transaction);
      await ask('COMMIT');
      return result;
    } catch (error) {
      if (!lost) await ask('ROLLBACK').catch(() => undefined); // one that is lost rolls back by itself
      throw error;
    } finally {
      client.off('error', broken);
      client.release(lost);
    }
  }

  /**
   * Runs `work` again where Postgres rolled it back, and for a while where the connection was lost. The answer to a commit may be
   * lost too, so `work` may run again after its commit. It waits in real time: Postgres is real too, and a simulator replaces the
   * whole database.
   */
  async function repeated<T>(
    work: (transaction: Query) => Promise<T>,
    silenceMs = STATEMENT_TIMEOUT_MS + SILENCE_MS,
  ): Promise<T> {
    let conflicts = 0;
    let endMs: number | undefined;
    for (let losses = 0; ; ) {
      try {
        return await once(work, silenceMs);
      } catch (error) {
        const reason = error instanceof SyncError ? error.reason : '';
        if (reason === CONFLICT && ++conflicts < CONFLICTS) continue;
        endMs ??= realWorld.monotonicMs() + patienceMs;
        if (reason !== LOST || !connected || realWorld.monotonicMs() >= endMs) throw error;
        losses++;
        await realWorld.sleep(Math.random() * Math.min(LONGEST_WAIT_MS, 100 * 2 ** losses));
      }
    }
  }

  return {
    dialect,
    label,
    query: (sql, parameters) => repeated((transaction) => transaction.query(sql, parameters)),
    transaction: (work) => repeated(work),
    alone: false,
    exclusively: (work) =>
      repeated(async (locked) => {
        await locked.query('SET LOCAL statement_timeout = 0');
        await locked.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
        await locked.query('CREATE SCHEMA IF NOT EXISTS sync_task');
        await assertSchema(locked, label);
        await work(locked);
      }, 0),
    close: () => pool.end(),
  };
}

/** Postgres skips a schema that may not be used, silently, and would create the tables elsewhere. */
async function assertSchema(transaction: Query, label: string): Promise<void> {
  const [row] = await transaction.query('SELECT current_schema() AS schema');
  if (row?.['schema'] === 'sync_task') return;
  throw new SyncError(
    `state ${label}: the user may not use the schema sync_task: GRANT USAGE, CREATE ON SCHEMA sync_task`,
    {
      kind: 'permission',
      reason: 'state-rights',
    },
  );
}

/** The first way to connect that the server accepts. Any other fault shows again when the connection is used. */
async function chooseEncryption({ tries }: TlsPlan, config: pg.ClientConfig): Promise<Encryption> {
  const [last] = tries.slice(-1) as [Encryption];
  for (const ssl of tries.slice(0, -1)) {
    const client = new pg.Client({ ...config, ssl });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return ssl;
    } catch (error) {
      if (!refusesEncryption(error)) return ssl;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return last;
}

/** From pg_hba.conf, or from TLS itself. */
function refusesEncryption(error: unknown): boolean {
  const explained = explainPostgres(error, '');
  return (
    explained instanceof SyncError &&
    (explained.reason === 'state-encryption' || (error as { code?: string }).code === '28000')
  );
}

/** The URL without a password, should one have come this far. */
function labelOf(url: string): string {
  return url
    .replace(/\/\/([^:@/?#]*):[^/?#]*@/, '//$1@')
    .replace(/([?&])(?:ssl)?password=[^&]*&?/g, '$1')
    .replace(/[?&]$/, '');
}
