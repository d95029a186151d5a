/** Gives a run that ended with an error a page among the reports: else the newest one there would be an older success. */

import { asSyncError, type SyncError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { loadSettings } from '../config/load.ts';
import { environmentName, type OptionName } from '../config/options/options.ts';
import { readRunUrl } from '../config/parse/run-url.ts';
import type { Environment } from '../config/secrets.ts';
import type { Result } from '../engine/result/result.ts';
import type { Arguments } from './arguments.ts';
import { runName } from './run-name.ts';

/** Not `run`: that is one of many batches, and `finish` follows them. */
const reported: readonly string[] = ['check', 'plan', 'sync', 'finish'];

export interface Failure {
  readonly given: Arguments;
  readonly environment: Environment;
  readonly error: SyncError;
  readonly startedMs: number;
  readonly log: Log;
}

/** Returns what the result says about the report. Never throws: the error that led here is the one that counts. */
export async function reportFailure({ given, environment, error, startedMs, log }: Failure): Promise<Partial<Result>> {
  const { command, flags } = given;
  if (!reported.includes(command) || flags['run'] === undefined) return {};
  try {
    const wanted = wantedReport(given, environment);
    if (!wanted) return {};
    const { writeFailure } = await import('../engine/report/write-failure.ts');
    const status = error.kind === 'stopped' ? 'stopped' : error.kind === 'refused' ? 'refused' : 'failed';
    return await writeFailure({ ...wanted, run: runName(flags['run']), command, error, status, startedMs });
  } catch (thrown) {
    log.warn(`the failed run has no report: ${asSyncError(thrown).message}`);
    return {};
  }
}

interface WantedReport {
  readonly reportDir: string;
  readonly pipeline: string;
  readonly runUrl: string | undefined;
}

/** Undefined where no report is wanted. The settings themselves may be wrong: then these three are read alone. */
function wantedReport({ flags }: Arguments, environment: Environment): WantedReport | undefined {
  const given = (name: OptionName) => {
    const value = flags[name] ?? environment[environmentName(name)];
    return value ? String(value) : undefined;
  };
  let found: { reportDir: string | undefined; pipeline: string | undefined; dryRun: boolean };
  try {
    found = loadSettings({ flags, environment });
  } catch {
    found = { reportDir: given('report-dir'), pipeline: given('pipeline'), dryRun: given('dry-run') !== undefined };
  }
  const { reportDir, pipeline, dryRun } = found;
  if (reportDir === undefined || pipeline === undefined || dryRun) return undefined;
  return { reportDir, pipeline, runUrl: urlOf(environment) };
}

function urlOf(environment: Environment): string | undefined {
  try {
    return readRunUrl(environment);
  } catch {
    return undefined; // the settings refuse it later
  }
}
