/** Opens the state of a command: the one the user named, else the pipeline's own file. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SyncError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { defaultState } from '../config/default-state.ts';
import type { Environment } from '../config/secrets.ts';
import type { CommonSettings } from '../config/settings.ts';
import {
  emptyState,
  fileOf,
  openState,
  openStateToRead,
  openTables as openTablesOf,
  remembers,
  type Waiting,
} from '../state/open.ts';
import type { Database } from '../state/sql/database.ts';
import type { State } from '../state/state.ts';

interface Around {
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** To read and write. Throws `transient` if another process uses the SQLite file for longer than `waitMs`. */
export async function open(settings: CommonSettings, { log, signal }: Around): Promise<State> {
  signal.throwIfAborted();
  const { statePassword, pipeline, traceId } = settings;
  const url = await urlOf(settings, log);
  const waiting = waitingOf(settings, { log, signal });
  const state = await openState(url, statePassword, applicationName(pipeline, traceId), waiting);
  return settings.formerStates && url === settings.state ? withOthersBeside(state, fileOf(url) ?? '', log) : state;
}

/** For moving whole tables. */
export async function openTables(settings: CommonSettings, around: Around): Promise<Database & AsyncDisposable> {
  const { statePassword, pipeline, traceId } = settings;
  const url = await urlOf(settings, around.log);
  const waiting = waitingOf(settings, around);
  const database = await openTablesOf(url, statePassword, applicationName(pipeline, traceId), waiting);
  return { ...database, [Symbol.asyncDispose]: () => database.close() };
}

function waitingOf({ waitMs }: CommonSettings, { log, signal }: Around): Waiting {
  return { ms: waitMs, signal, report: (message) => log.info(`waiting up to ${waitMs / 1000} s: ${message}`) };
}

/** Only to read, beside a process that uses it. An absent state is an empty one, with a warning. */
export async function openToRead(settings: CommonSettings, { log }: Pick<Around, 'log'>): Promise<State> {
  const { statePassword, pipeline, traceId } = settings;
  const url = await urlOf(settings, log);
  const opened = await openStateToRead(url, statePassword, applicationName(pipeline, traceId));
  if (opened) return opened;
  log.warn(`there is no state yet at ${url}: nothing was planned, or --state is another one`);
  return emptyState();
}

/** As `open`, for renaming the pipeline `from`. If each pipeline has a file of its own, the file is renamed too. */
export async function openToRename(
  settings: CommonSettings,
  from: string,
  around: Around & { readonly environment: Environment },
): Promise<State> {
  if (!settings.formerStates) return open(settings, around);
  const { file, formerly } = defaultState(from, around.environment);
  const earlier = {
    ...settings,
    pipeline: from,
    formerPipeline: undefined,
    state: `sqlite:${file}`,
    formerStates: formerly,
  };
  const url = await urlOf(earlier, around.log);
  if (url !== earlier.state) return open({ ...settings, state: url, formerStates: undefined }, around);
  if (existsSync(file)) {
    const { moveSqlite } = await import('../state/sql/sqlite-database.ts');
    moveSqlite(file, fileOf(settings.state) ?? '');
  }
  return open({ ...settings, formerStates: [] }, around);
}

/**
 * Earlier versions kept all pipelines in one file, in the folder where the command ran. A pipeline that only that file knows
 * continues there: a fresh state would copy everything again.
 */
async function urlOf(
  { state, formerStates = [], pipeline, formerPipeline }: CommonSettings,
  log: Log,
): Promise<string> {
  const names = formerPipeline === undefined ? [pipeline] : [pipeline, formerPipeline];
  for (const former of formerStates) {
    if (!existsSync(former) || !(await remembers(former, names))) continue;
    if (await remembers(fileOf(state) ?? '', names)) {
      log.info(`${pipeline} is remembered in ${state} and, by an earlier version, in ${former}: the first one counts`);
      return state;
    }
    log.warn(
      `the state of ${pipeline} is still in ${former}, which is found from this folder alone; to move it: ` +
        `sync-task state export --state sqlite:${former} --pipeline ${pipeline} --file moved.jsonl && sync-task state import --file moved.jsonl`,
    );
    return `sqlite:${former}`;
  }
  return state;
}

/** Can also open the states of the other pipelines in the same folder. */
function withOthersBeside(state: State, file: string, log: Log): State {
  const opened: State[] = [];
  return {
    ...state,
    async beside(wanted) {
      const folder = dirname(file);
      for (const name of readdirSync(folder).filter((each) => each.endsWith('.db'))) {
        if (join(folder, name) === file) continue;
        try {
          const other = await openStateToRead(`sqlite:${join(folder, name)}`, undefined, '');
          if (!other) continue;
          if ((await other.pipelines()).some(wanted)) opened.push(other);
          else await other[Symbol.asyncDispose]();
        } catch (error) {
          if (!(error instanceof SyncError)) throw error;
          log.warn(`whether another pipeline delivers to the same places is not known of all: ${error.message}`);
        }
      }
      return opened;
    },
    async [Symbol.asyncDispose]() {
      for (const each of [...opened, state]) await each[Symbol.asyncDispose]();
    },
  };
}

/** At most 63 bytes: Postgres cuts longer ones, with a line in its log. Half a trace id is enough to tell traces apart. */
function applicationName(pipeline: string, traceId: string | undefined): string {
  const trace = traceId === undefined ? '' : ` ${traceId.slice(0, 16)}`;
  return `sync-task ${pipeline.replace(/[^ -~]/g, '?')}`.slice(0, 63 - trace.length) + trace;
}
