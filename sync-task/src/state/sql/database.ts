/**
 * What the operations need from a database. Each statement is written once: the SQL is the same for Postgres and SQLite except
 * for the words in `Dialect`. Parameters are `$1`, `$2`, …; a set of rows is one JSON parameter.
 */

export type Parameter = string | number | null;
// biome-ignore lint/suspicious/noExplicitAny: a row is what the statement next to it selects
export type Row = Record<string, any>;

export interface Query {
  readonly dialect: Dialect;
  query(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
}

export interface Database extends Query {
  /** For messages. */
  readonly label: string;
  /**
   * All or nothing. Postgres may run `work` again: after a deadlock, or after a lost connection, even where the commit succeeded
   * and only its answer was lost. So `work` has no effects but its queries, and finds what its first run did.
   */
  transaction<T>(work: (transaction: Query) => Promise<T>): Promise<T>;
  /** Runs alone, whatever the number of processes that start at once. */
  exclusively(work: (transaction: Query) => Promise<void>): Promise<void>;
  /** True where every process that opened it before is dead. */
  readonly alone: boolean;
  close(): Promise<void>;
}

export type ColumnType = 'text' | 'bigint';

export interface Dialect {
  /** The database's time in milliseconds. */
  readonly nowMs: string;
  /**
   * Table expression: the JSON array in that parameter as rows named `r`. An UPDATE joins every column of a key with `r`,
   * constants too: otherwise SQLite walks the table and searches the JSON for each row. Columns outside the key are compared in a
   * form that no index serves: otherwise Postgres joins by the owner.
   */
  rows(parameter: string, columns: Readonly<Record<string, ColumnType>>): string;
  /** Aggregate: these columns of every row as a JSON array of arrays, in text; null or empty where there is no row. */
  list(...columns: readonly string[]): string;
  /** After a SELECT: locks the rows of that table and skips rows that others have locked. */
  lockSkipping(table: string): string;
  /** After a SELECT: nobody changes these rows until the transaction ends. */
  readonly lockShared: string;
  /** After a SELECT: nobody else who asks for this lock gets these rows until the transaction ends. */
  readonly lockAgainstOthers: string;
  /** Table expression: the names of all tables, as `name`. */
  readonly tables: string;
  /** Column types for migrations. */
  readonly types: { readonly identity: string; readonly path: string };
}

/**
 * SQL: a parameter whose value Postgres does not look up in its statistics. They know nothing about a new pipeline or run:
 * Postgres would expect one row, and join by walking all of its rows for each row of the other side.
 */
export const unforeseen = (parameter: string, type: ColumnType): string =>
  `(SELECT CAST(${parameter} AS ${type.toUpperCase()}))`;

const REPLACEMENT = '\ufffd';

/**
 * Messages and names from servers may hold what Postgres cannot store: NUL, or half a surrogate pair. Both databases get the
 * replacement character instead, in texts and in sets of rows, where JSON escapes them.
 */
export function storable(parameters: readonly Parameter[]): Parameter[] {
  return parameters.map((value) => {
    if (typeof value !== 'string') return value;
    const text = value.toWellFormed().replaceAll('\0', REPLACEMENT);
    return text.startsWith('[') ? text.replace(/\\(u0000|ud[89a-f]..|.)/gi, unescaped) : text;
  });
}

function unescaped(found: string, what: string): string {
  return what.length > 1 ? REPLACEMENT : found;
}
