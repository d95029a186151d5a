/** `status`: tables for people, a result for programs. Each look opens the state and closes it again. */
import { type Input, isPipelineGiven, loadCommonSettings, loadStateSettings } from '../config/load.ts';
import type { CommonSettings } from '../config/settings.ts';
import type { State } from '../state/state.ts';
import type { StateContext } from '../sync/context.ts';
import { makeResult } from '../sync/counts.ts';
import { withKnownName } from '../sync/known-places.ts';
import type { Result } from '../sync/result.ts';
import { status, statusOfAll } from '../sync/status.ts';
import type { Surroundings } from './execute.ts';
import { writeLines } from './result-output.ts';
import { fileTables, pipelinesTable, runsTable, runTables } from './show-status.ts';
import { watchRun } from './watch.ts';

type Open = (settings: CommonSettings) => Promise<State>;

export async function showStatus(
  flags: Readonly<Record<string, unknown>>,
  input: Input,
  { screen, signal }: Pick<Surroundings, 'screen' | 'signal'>,
  open: Open,
): Promise<Result> {
  const startedMs = performance.now();
  const [run, path] = [flags['run'], flags['path']].map((value) => (value === undefined ? undefined : String(value)));
  const told = async (pipeline: string, lines: readonly string[]) => {
    await writeLines(lines);
    return makeResult({ pipeline }, { command: 'status', status: 'done', startedMs });
  };
  if (run === undefined && path === undefined && !flags['watch'] && !isPipelineGiven(input)) {
    await using state = await open(loadStateSettings(input));
    return screen ? await told('', await pipelinesTable(state, screen.columns)) : await statusOfAll(state);
  }
  const settings = loadCommonSettings(input);
  const look = async <T>(work: (context: StateContext) => Promise<T>): Promise<T> => {
    await using state = await open(settings);
    return await work({ settings: await withKnownName(settings, state), state });
  };
  if (flags['watch']) {
    await watchRun(look, run, screen, signal);
    if (screen) return await told(settings.pipeline, []);
  }
  return await look(async (context) => {
    if (!screen) return await status(context, { run, path });
    const { columns } = screen;
    if (path !== undefined) return await told(settings.pipeline, await fileTables(context, path, columns));
    if (run === undefined) return await told(settings.pipeline, await runsTable(context, columns));
    const tables = await runTables(context, run, columns);
    // What says that there is no such run is the same for programs.
    return tables ? await told(settings.pipeline, tables.lines) : await status(context, { run, path });
  });
}
