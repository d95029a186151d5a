/** From the command line to an exit code: parse, execute, print the result. Every error ends here, as one line. */
import manifest from '../../../package.json' with { type: 'json' };
import { asSyncError, exitCodeOf, type SyncError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Result } from '../engine/result/result.ts';
import { type Arguments, parseArguments } from './arguments.ts';
import { withRunName } from './run-name.ts';
import { type Audience, audienceOf } from './terminal/audience.ts';
import { outliveReaders } from './terminal/closed-output.ts';
import type { Screen } from './terminal/watch.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export async function main(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  outliveReaders(process.stdout, process.stderr);
  let given: Arguments | undefined;
  let early: SyncError | undefined;
  const startedMs = Date.now();
  try {
    given = await parseArguments(words, manifest.version);
    if (!given) return;
    given = withRunName(given);
  } catch (error) {
    early = asSyncError(error);
  }
  try {
    const { takePipes } = await import('../config/secrets.ts');
    takePipes(environment);
  } catch (error) {
    early ??= asSyncError(error);
  }
  const { listenForSignals } = await import('./signals.ts');
  const { openProgress } = await import('./terminal/progress.ts');
  using stopping = listenForSignals();
  const unforeseen = Promise.withResolvers<never>();
  unforeseen.promise.catch(() => undefined); // heard below
  let isBroken = false;
  // Thrown where nobody could catch it: report it like any other error, with one of our exit codes.
  process.once('uncaughtException', (error) => {
    isBroken = true;
    unforeseen.reject(error);
  });
  const audience = audienceOf(given, environment);
  const isDrawn = process.stderr.isTTY === true && given !== undefined && !audience.quiet;
  const progress = openProgress(isDrawn, () => log);
  const log = await makeLog(given, environment, audience, () => progress.makeRoom());
  let result: Result;
  let exitCode: number;
  /** It ended without an error that was already reported. */
  let isWhole = false;
  try {
    if (early || !given) throw early;
    const { execute } = await import('./execute.ts');
    const screen = audience.people ? screenOf(audience) : undefined;
    const work = execute(given, { environment, log, progress, signal: stopping.signal, screen });
    result = await Promise.race([work, unforeseen.promise]);
    const { exitCodeForResult } = await import('../engine/result/exit-code.ts');
    exitCode = exitCodeForResult(result);
    isWhole = true;
  } catch (thrown) {
    const error = asSyncError(thrown);
    progress.stop();
    report(error, log, wantsDebug(given, environment));
    result = await failedResult(given, error);
    if (given) {
      const { reportFailure } = await import('./report-failure.ts');
      result = { ...result, ...(await reportFailure({ given, environment, error, startedMs, log })) };
    }
    exitCode = error.kind === 'stopped' ? (stopping.exitCode ?? exitCodeOf(error)) : exitCodeOf(error);
  }
  progress.stop();
  process.exitCode = exitCode;
  if (given) {
    const { pushMetrics } = await import('./push-metrics.ts');
    await pushMetrics({ flags: given.flags, environment }, result, exitCode, log);
  }
  try {
    if (audience.people) {
      if (isWhole && !(audience.quiet && exitCode === 0)) await tellPeople(result, exitCode, { given, environment });
    } else {
      const { summarise, writeResult } = await import('./result-output.ts');
      if (process.stdout.isTTY) log.info(summarise(result));
      await writeResult(result, environment['SYNC_TASK_RESULT']);
    }
  } catch (error) {
    report(asSyncError(error), log, false);
    process.exitCode = exitCodeOf(asSyncError(error));
  }
  // An abandoned connection attempt must not keep a stopped process alive.
  if (stopping.exitCode !== undefined || isBroken) process.exit();
  endWithin(LONGEST_END_MS, log);
}

function screenOf({ columns, rows, redraws }: Audience): Screen {
  return { columns, rows, redraws, write: (text) => process.stdout.write(text) };
}

async function tellPeople(
  result: Result,
  exitCode: number,
  { given, environment }: { readonly given: Arguments | undefined; readonly environment: Environment },
): Promise<void> {
  const [{ summaryLines }, { writeLines }, { loadReportDir }] = await Promise.all([
    import('./terminal/summary.ts'),
    import('./result-output.ts'),
    import('../config/load.ts'),
  ]);
  const reportDir = result.report === undefined ? undefined : loadReportDir({ flags: given?.flags ?? {}, environment });
  await writeLines(summaryLines(result, { exitCode, reportDir }));
}

/** After the result there is nothing left to do. */
const LONGEST_END_MS = 5000;

/** Anything that still keeps the process alive is a fault, ours or a library's: name it and exit. */
function endWithin(ms: number, log: Log): void {
  // Fires only if something keeps the process alive.
  setTimeout(() => {
    const held = [...new Set(process.getActiveResourcesInfo())].join(', ');
    log.warn(`the process was held by what should have been closed (${held}); it ends now`);
    process.exit();
  }, ms).unref();
}

async function makeLog(
  given: Arguments | undefined,
  environment: Environment,
  { quiet, verbose, colours }: Audience,
  beforeLine: () => void,
): Promise<Log> {
  const [{ openLog }, { secretsOf }, { traceIdFor }] = await Promise.all([
    import('./log.ts'),
    import('../config/secrets.ts'),
    import('../config/parse/trace-id.ts'),
  ]);
  const setting = (name: string, variable: string, known: readonly string[]) => {
    const value = String(given?.flags[name] ?? environment[variable] ?? known[0]);
    return known.includes(value) ? value : (known[0] as string); // the settings refuse a wrong value later
  };
  const usual = quiet ? 'error' : verbose ? 'debug' : 'info';
  const levels = [usual, ...['info', 'error', 'warn', 'debug'].filter((each) => each !== usual)];
  const level = setting('log-level', 'SYNC_TASK_LOG_LEVEL', levels);
  const format = setting('log-format', 'SYNC_TASK_LOG_FORMAT', ['auto', 'pretty', 'json']) as
    | 'auto'
    | 'pretty'
    | 'json';
  const traceId = traceIdFor(given?.flags ?? {}, environment);
  return openLog({
    level,
    format,
    colours,
    secrets: secretsOf(environment),
    beforeLine,
    ...(traceId ? { traceId } : {}),
  });
}

function wantsDebug(given: Arguments | undefined, environment: Environment): boolean {
  return (given?.flags['log-level'] ?? environment['SYNC_TASK_LOG_LEVEL']) === 'debug';
}

function report(error: SyncError, log: Log, debug: boolean): void {
  log.error(error.message, { reason: error.reason, kind: error.kind, ...(error.path ? { path: error.path } : {}) });
  if (!debug) return;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) log.debug(cause.stack ?? cause.message);
}

/** Whoever reads the result always finds one. */
async function failedResult(given: Arguments | undefined, error: SyncError): Promise<Result> {
  const { fileError, makeResult } = await import('../engine/result/make-result.ts');
  return makeResult(
    { pipeline: String(given?.flags['pipeline'] ?? '') },
    {
      command: given?.command ?? '',
      run: String(given?.flags['run'] ?? ''),
      status: error.kind === 'stopped' ? 'stopped' : 'failed',
      errors: [fileError(error)],
      startedMs: performance.now(),
    },
  );
}
