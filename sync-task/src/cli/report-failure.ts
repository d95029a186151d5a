/** A run that ends with an error has a page among the reports, too: else the newest one there would be an older success. */

import { asSyncError, type SyncError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { loadSettings } from '../config/load.ts';
import { environmentName, type OptionName } from '../config/options/options.ts';
import { readRunUrl } from '../config/parse/run-url.ts';
import type { Environment } from '../config/secrets.ts';
import type { Result } from '../engine/result/result.ts';
import type { Arguments } from './arguments.ts';
import { runName } from './run-name.ts';

/** Not `run`: one of many batches. Behind them comes `finish`. */
const reported: readonly string[] = ['check', 'plan', 'sync', 'finish'];

export interface Failure {
  readonly given: Arguments;
  readonly environment: Environment;
  readonly error: SyncError;
  readonly startedMs: number;
  readonly log: Log;
}

/** Returns what the result says of it. Never throws: the error that led here is the one that counts. */
export async function reportFailure({ given, environment, error, startedMs, log }: Failure): Promise<Partial<Result>> {
  const { command, flags } = given;
  if (!reported.includes(command) || flags['run'] === undefined) return {};
  try {
    const place = placeOf(given, environment);
    if (!place) return {};
    const { writeFailure } = await import('../engine/report/write-failure.ts');
    const status = error.kind === 'stopped' ? 'stopped' : error.kind === 'refused' ? 'refused' : 'failed';
    return await writeFailure({ ...place, run: runName(flags['run']), command, error, status, startedMs });
  } catch (thrown) {
    log.warn(`the failed run has no report: ${asSyncError(thrown).message}`);
    return {};
  }
}

interface Place {
  readonly reportDir: string;
  readonly pipeline: string;
  readonly runUrl: string | undefined;
}

/** Undefined where no report is wanted. The settings themselves may be what is wrong: these are then read alone. */
function placeOf({ flags }: Arguments, environment: Environment): Place | undefined {
  const given = (name: OptionName) => {
    const value = flags[name] ?? environment[environmentName(name)];
    return value ? String(value) : undefined;
  };
  let place: { reportDir: string | undefined; pipeline: string | undefined; dryRun: boolean };
  try {
    place = loadSettings({ flags, environment });
  } catch {
    place = { reportDir: given('report-dir'), pipeline: given('pipeline'), dryRun: given('dry-run') !== undefined };
  }
  const { reportDir, pipeline, dryRun } = place;
  if (reportDir === undefined || pipeline === undefined || dryRun) return undefined;
  return { reportDir, pipeline, runUrl: urlOf(environment) };
}

function urlOf(environment: Environment): string | undefined {
  try {
    return readRunUrl(environment);
  } catch {
    return undefined; // it is refused with the other settings
  }
}
