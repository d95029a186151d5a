/**
 * The little that the operations need of a database. They are written once: the SQL is the same for Postgres and SQLite
 * but for the words in `Dialect`. Parameters are `$1`, `$2`, …; sets of rows are one JSON parameter.
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
   * All or nothing. Postgres may run `work` again: after a deadlock, and where the connection was lost, be it with the answer to the
   * commit. So `work` has no effects but its queries, and a second time finds what the first one did.
   */
  transaction<T>(work: (transaction: Query) => Promise<T>): Promise<T>;
  /** Runs alone among all starters. */
  exclusively(work: (transaction: Query) => Promise<void>): Promise<void>;
  /** Whoever opened it before is dead. */
  readonly alone: boolean;
  close(): Promise<void>;
}

export type ColumnType = 'text' | 'bigint';

export interface Dialect {
  /** The database's time in milliseconds. */
  readonly nowMs: string;
  /**
   * Table expression: the JSON array in that parameter as rows named `r`. An UPDATE joins every column of a key with `r`,
   * constants included: SQLite would otherwise walk the table and search the JSON for each of its rows. And what is
   * no part of the key is compared so that no index serves it: Postgres would otherwise join by the owner.
   */
  rows(parameter: string, columns: Readonly<Record<string, ColumnType>>): string;
  /** Aggregate: these columns of every row as a JSON array of arrays, in text; null or empty where there is no row. */
  list(...columns: readonly string[]): string;
  /** Behind a SELECT: lock the rows of that table, pass over those that others have locked. */
  lockSkipping(table: string): string;
  /** Behind a SELECT: nobody changes these rows until the transaction ends. */
  readonly lockShared: string;
  /** Likewise: nobody else who asks for this has these rows until the transaction ends. */
  readonly lockAgainstOthers: string;
  /** Table expression: the names of the tables there are, as `name`. */
  readonly tables: string;
  /** Column types of the migrations. */
  readonly types: { readonly identity: string; readonly path: string };
}

/**
 * SQL: a parameter whose value Postgres does not look up in its statistics. They know nothing of a pipeline or a run that is
 * new: it would expect one row of that, and join by walking all of them for each row at the other side.
 */
export const unforeseen = (parameter: string, type: ColumnType): string =>
  `(SELECT CAST(${parameter} AS ${type.toUpperCase()}))`;

const REPLACEMENT = '\ufffd';

/**
 * What servers say, and how they name things, may hold what Postgres cannot: NUL, or half a surrogate pair. Both databases get the
 * replacement character for them, in a text and in a set of rows, where JSON has escapes for them.
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
