/**
 * Many small writes in few round trips: rows that arrive during a commit go together with the next one. A caller is answered when
 * its own row is committed.
 */

import type { World } from '../../base/world.ts';

/** `commit` returns the paths that were not taken. The function returned resolves to whether the row was. */
export function groupCommit<Row extends { readonly path: string }>(
  commit: (rows: readonly Row[]) => Promise<ReadonlySet<string>>,
  { turn }: Pick<World, 'turn'>,
  mostRows = 500,
): (row: Row) => Promise<boolean> {
  let waiting: { readonly row: Row; readonly done: PromiseWithResolvers<boolean> }[] = [];
  let running = false;

  async function run(): Promise<void> {
    await turn(); // rows that are ready together go together
    while (waiting.length > 0) {
      const group = waiting.slice(0, mostRows);
      waiting = waiting.slice(mostRows);
      try {
        const lost = await commit(group.map(({ row }) => row));
        for (const { row, done } of group) done.resolve(!lost.has(row.path));
      } catch (error) {
        for (const { done } of group) done.reject(error);
      }
    }
    running = false;
  }

  return (row) => {
    const done = Promise.withResolvers<boolean>();
    waiting.push({ row, done });
    if (!running) {
      running = true;
      void run();
    }
    return done.promise;
  };
}
