/** Opens what a command needs, runs it, and closes everything in reverse order. */

import { SyncError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { realWorld } from '../base/world.ts';
import { loadCommonSettings, loadEndpoints, loadSettings } from '../config/load.ts';
import { parseDuration } from '../config/parse/units.ts';
import type { Environment } from '../config/secrets.ts';
import type { Context, Progress } from '../engine/context.ts';
import { withKnownName } from '../engine/locations/known-locations.ts';
import type { Result } from '../engine/result/result.ts';
import { openStorage } from '../storage/open.ts';
import type { Arguments } from './arguments.ts';
import { open, openToRead, openToRename } from './open-state.ts';
import { runName } from './run-name.ts';
import type { Screen } from './terminal/watch.ts';

export interface Surroundings {
  readonly environment: Environment;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** The terminal of a person; undefined: a program reads the output. */
  readonly screen?: Screen | undefined;
}

type Work = (context: Context) => Promise<Result>;

export async function execute({ command, flags }: Arguments, surroundings: Surroundings): Promise<Result> {
  const input = { flags, environment: surroundings.environment };
  if (command === 'status') {
    const { showStatus } = await import('./status-command.ts');
    // --watch opens the state repeatedly: warn once.
    const warned = new Set<string>();
    const warn: Log['warn'] = (message) => {
      if (!warned.has(message)) surroundings.log.warn(message);
      warned.add(message);
    };
    const log = { ...surroundings.log, warn };
    return await showStatus(flags, input, surroundings, (settings) => openToRead(settings, { log }));
  }
  if (command === 'prune' || command === 'take-over') {
    const settings = loadCommonSettings(input);
    const { prune, takeOver } = await import('../engine/commands/upkeep.ts');
    const keepMs = command === 'prune' ? keepTime(text(flags['keep'])) : 0;
    const from = text(flags['from']);
    await using state = await (from === undefined
      ? open(settings, surroundings)
      : openToRename(settings, from, surroundings));
    if (command === 'prune') {
      return await prune({ settings: await withKnownName(settings, state), state }, keepMs, surroundings.log);
    }
    return await takeOver({ settings, state }, String(flags['from']), surroundings.log);
  }
  if (command === 'state export' || command === 'state import') {
    const { exportState, importState } = await import('./move-state.ts');
    return await (command === 'state export' ? exportState : importState)(flags, surroundings);
  }
  if (command === 'trust') {
    const { trust } = await import('./trust.ts');
    return await trust(loadEndpoints(input), text(flags['write']), surroundings.log);
  }
  const settings = loadSettings(input);
  const work = await workOf(command, flags, surroundings);
  await using stack = new AsyncDisposableStack();
  const { signal, log } = surroundings;
  const opening = [
    command === 'explain' ? openToRead(settings, surroundings) : open(settings, surroundings),
    openStorage({ endpoint: settings.source, role: 'source', settings, log, signal }),
    openStorage({ endpoint: settings.target, role: 'target', settings, log, signal }),
  ] as const;
  // Close each of them, whatever happens to the others. A signal does not wait for a silent server.
  for (const opened of await orStopped(Promise.allSettled(opening), signal)) {
    if (opened.status === 'fulfilled') stack.use(opened.value);
  }
  const [state, source, target] = await Promise.all(opening);
  return await work({
    ...surroundings,
    settings: await withKnownName(settings, state),
    state,
    source,
    target,
    world: realWorld,
  });
}

function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, stopped]);
}

/** The engine of the command; only that one is loaded. */
async function workOf(
  command: string,
  flags: Readonly<Record<string, unknown>>,
  { screen }: Pick<Surroundings, 'screen'>,
): Promise<Work> {
  const run = runName(flags['run']);
  switch (command) {
    case 'check': {
      const { check } = await import('../engine/commands/check.ts');
      return async (context) => {
        const result = await check(context);
        const { reportDir, pipeline } = context.settings;
        if (reportDir === undefined || flags['run'] === undefined) return result;
        const { forgetFailedCheck } = await import('../engine/report/write-failure.ts');
        await forgetFailedCheck(reportDir, pipeline, run);
        return result;
      };
    }
    case 'plan': {
      const { plan } = await import('../engine/plan/plan.ts');
      return (context) => plan(context, run);
    }
    case 'run': {
      const batch = batchNumber(text(flags['batch']));
      const { run: runBatch } = await import('../engine/commands/run.ts');
      return (context) => runBatch(context, run, batch);
    }
    case 'finish': {
      const { finish } = await import('../engine/commands/finish.ts');
      return (context) => finish(context, run);
    }
    case 'explain': {
      const { explain } = await import('./explain-command.ts');
      return explain(text(flags['path']), screen);
    }
    case 'verify': {
      const { verify } = await import('../engine/verify/verify.ts');
      return (context) => verify(context, run);
    }
    default: {
      const { sync } = await import('../engine/commands/sync.ts');
      return (context) => sync(context, run);
    }
  }
}

function text(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

function keepTime(given: string | undefined): number {
  const keepMs = given === undefined ? undefined : parseDuration(given);
  if (keepMs !== undefined && keepMs > 0) return keepMs;
  throw new SyncError(`--keep: ${JSON.stringify(given)} is not a duration such as 90d`, {
    kind: 'usage',
    reason: 'bad-option',
  });
}

function batchNumber(given: string | undefined): number {
  if (given !== undefined && /^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new SyncError(`--batch: ${JSON.stringify(given)} is no batch number; batches are numbered from 1`, {
    kind: 'usage',
    reason: 'bad-batch',
  });
}
