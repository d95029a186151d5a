/** `status`: tables for people, a result for programs. Each look opens the state and closes it again. */

import { SyncError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { defaultStates } from '../config/default-state.ts';
import type { Input } from '../config/given-options.ts';
import { isPipelineGiven, loadCommonSettings, loadStateSettings } from '../config/load.ts';
import type { CommonSettings } from '../config/settings.ts';
import { type PipelineOverview, pipelineOverviews } from '../engine/commands/overview.ts';
import { status, statusOfAll } from '../engine/commands/status.ts';
import type { StateContext } from '../engine/context.ts';
import { withKnownName } from '../engine/locations/known-locations.ts';
import { makeResult } from '../engine/result/make-result.ts';
import type { Result } from '../engine/result/result.ts';
import type { State } from '../state/state.ts';
import type { Surroundings } from './execute.ts';
import { writeLines } from './result-output.ts';
import { fileTables, pipelinesTable, runsTable, runTables } from './terminal/show-status.ts';
import { watchRun } from './terminal/watch.ts';

type Open = (settings: CommonSettings) => Promise<State>;

export async function showStatus(
  flags: Readonly<Record<string, unknown>>,
  input: Input,
  { screen, signal, log }: Pick<Surroundings, 'screen' | 'signal' | 'log'>,
  open: Open,
): Promise<Result> {
  const startedMs = performance.now();
  const [run, path] = [flags['run'], flags['path']].map((value) => (value === undefined ? undefined : String(value)));
  const shown = async (pipeline: string, lines: readonly string[]) => {
    await writeLines(lines);
    return makeResult({ pipeline }, { command: 'status', status: 'done', startedMs });
  };
  if (run === undefined && path === undefined && !flags['watch'] && !isPipelineGiven(input)) {
    const pipelines = await allPipelines(input, log, open);
    if (screen) return await shown('', pipelinesTable(pipelines, screen.columns));
    return statusOfAll(pipelines, startedMs);
  }
  const settings = loadCommonSettings(input);
  const look = async <T>(work: (context: StateContext) => Promise<T>): Promise<T> => {
    await using state = await open(settings);
    return await work({ settings: await withKnownName(settings, state), state });
  };
  if (flags['watch']) {
    await watchRun(look, run, screen, signal);
    if (screen) return await shown(settings.pipeline, []);
  }
  return await look(async (context) => {
    if (!screen) return await status(context, { run, path });
    const { columns } = screen;
    if (path !== undefined) return await shown(settings.pipeline, await fileTables(context, path, columns));
    if (run === undefined) return await shown(settings.pipeline, await runsTable(context, columns));
    const tables = await runTables(context, run, columns);
    // For an unknown run, people get the same error as programs.
    return tables ? await shown(settings.pipeline, tables.lines) : await status(context, { run, path });
  });
}

/** The pipelines of the named state, else of every default state. An unreadable state does not hide the others. */
async function allPipelines(input: Input, log: Log, open: Open): Promise<readonly PipelineOverview[]> {
  const { formerStates, ...settings } = loadStateSettings(input);
  const urls = formerStates ? defaultStates(input.environment).map((file) => `sqlite:${file}`) : [settings.state];
  const found: PipelineOverview[] = [];
  for (const url of urls) {
    try {
      await using state = await open({ ...settings, state: url });
      found.push(...(await pipelineOverviews(state)));
    } catch (error) {
      if (!formerStates || !(error instanceof SyncError)) throw error;
      log.warn(error.message);
    }
  }
  return found;
}
