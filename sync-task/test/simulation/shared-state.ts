/**
 * The state that all simulated processes share, as they would share a Postgres: real SQL in memory, created once and emptied for
 * each schedule. Each operation is one step. It may come late, fail without effect, or succeed and lose its reply.
 */
import type { Row } from '../../src/state/sql/database.ts';
import { migrate } from '../../src/state/sql/migrate.ts';
import { sqlState } from '../../src/state/sql/sql-state.ts';
import { sqliteDatabase } from '../../src/state/sql/sqlite-database.ts';
import type { OutcomeRow, State } from '../../src/state/state.ts';
import type { Process } from './process.ts';

export interface SharedState {
  readonly state: State;
  query(sql: string): Promise<Row[]>;
  /** Empties the state, and sets its clock. */
  reset(nowMs: () => number): Promise<void>;
}

export async function newSharedState(): Promise<SharedState> {
  let clock = () => 0;
  const database = sqliteDatabase(':memory:', { nowMs: () => Math.floor(clock()) });
  await migrate(database);
  await database.query('PRAGMA foreign_keys = OFF'); // tables are emptied in any order
  const tables = await database.query(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'migration'",
  );
  return {
    state: sqlState(database),
    query: (sql) => database.query(sql),
    async reset(nowMs) {
      clock = nowMs;
      for (const { name } of tables) await database.query(`DELETE FROM ${name}`);
    },
  };
}

const files = `SELECT name AS pipeline, path, token, intent, size, target_path, owner, lease_until_ms
  FROM file JOIN pipeline ON pipeline.id = file.pipeline_id`;

export interface Watched {
  /** When a plan begins or ends. */
  plans(isBegun: boolean): void;
  /** Called after each operation, in the same moment. */
  looked(files: Row[]): void;
  recorded(rows: readonly OutcomeRow[]): void;
}

/** Operations that change the rows of files. */
const changing: ReadonlySet<string> = new Set([
  ...['claim', 'claimAbandoned', 'clear', 'recordOutcomes', 'release', 'saveIntents'],
]);

/** The state as one process sees it. */
export function stateOf({ state, query }: SharedState, process: Process, { looked, plans, recorded }: Watched): State {
  return new Proxy(state, {
    get(target, name: keyof State | symbol) {
      const operation = Reflect.get(target, name) as unknown;
      if (name === Symbol.asyncDispose) return async () => undefined;
      if (typeof operation !== 'function' || typeof name === 'symbol') return operation;
      return (...given: unknown[]) =>
        process.call(`state ${name}`, async () => {
          if (name === 'beginPlan') plans(true);
          const result: unknown = await operation.apply(target, given);
          if (name === 'completePlan' || name === 'refusePlan') plans(false);
          if (changing.has(name)) looked(await query(files));
          if (name === 'recordOutcomes') {
            const lost = result as ReadonlySet<string>;
            recorded((given[1] as readonly OutcomeRow[]).filter(({ path }) => !lost.has(path)));
          }
          return result;
        });
    },
  });
}
