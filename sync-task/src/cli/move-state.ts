/** `state export` and `state import`: move a pipeline, with everything the state holds for it, to another state. */

import type { Log } from '../base/log.ts';
import { loadCommonSettings } from '../config/load.ts';
import type { Environment } from '../config/secrets.ts';
import { makeResult } from '../engine/result/make-result.ts';
import type { Result } from '../engine/result/result.ts';
import { exportPipeline } from '../state/sql/move/export-pipeline.ts';
import { importPipeline, readHeader } from '../state/sql/move/import-pipeline.ts';
import { openTables } from './open-state.ts';

interface Around {
  readonly environment: Environment;
  readonly log: Log;
  readonly signal: AbortSignal;
}

type Flags = Readonly<Record<string, unknown>>;

export async function exportState(flags: Flags, around: Around): Promise<Result> {
  const startedMs = performance.now();
  const settings = loadCommonSettings({ flags, environment: around.environment });
  await using database = await openTables(settings, around);
  const rows = await exportPipeline(database, settings.pipeline, String(flags['file']));
  around.log.info(`${rows} rows of pipeline ${settings.pipeline} are in ${flags['file']}, without any secret`);
  return makeResult(settings, { command: 'state export', status: 'done', startedMs });
}

export async function importState(flags: Flags, around: Around): Promise<Result> {
  const startedMs = performance.now();
  const file = String(flags['file']);
  const header = await readHeader(file);
  const isNamed = ['pipeline', 'source'].some(
    (name) => flags[name] ?? around.environment[`SYNC_TASK_${name.toUpperCase()}`],
  );
  const named = isNamed ? flags : { pipeline: header.pipeline, ...flags };
  // A state of an earlier version may be the origin of a move, never its destination.
  const settings = {
    ...loadCommonSettings({ flags: named, environment: around.environment }),
    formerStates: undefined,
  };
  await using database = await openTables(settings, around);
  const rows = await importPipeline(database, settings.pipeline, header, file);
  around.log.info(
    `${rows} rows of pipeline ${settings.pipeline} are in ${database.label} now; let nothing work with the former state`,
  );
  return makeResult(settings, { command: 'state import', status: 'done', startedMs });
}
