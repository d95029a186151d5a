/**
 * Tells a source or target that fails as a whole from files that fail: a missing bucket, a target that may not be written, a key
 * that was withdrawn, a full disk. When many files in a row fail for one reason, both endpoints are probed once. Where one fails
 * too, no further file is begun, and its error is the worker's. Where both work, only the files are at fault, and the worker
 * continues.
 */
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { OutcomeRow } from '../../state/state.ts';
import type { Context } from '../context.ts';

export interface EndpointWatch {
  /** To be called with every settled file. Resolves when it is known whether to continue. */
  settled(row: OutcomeRow): Promise<void>;
  /** Why no further file is to be begun; undefined while work continues. */
  readonly failure: SyncError | undefined;
}

const IN_A_ROW = 20;
/** Reasons that hardly ever concern one file alone. */
const AT_ONCE: ReadonlySet<string> = new Set(['rename-refused']);
/** Each probe that finds nothing makes the next one rarer: a folder of a million unreadable files costs few. */
const NEXT_LOOK = 4;

export function endpointWatch(context: Context): EndpointWatch {
  let failure: SyncError | undefined;
  let reason: string | undefined;
  let inRow = 0;
  let enough = IN_A_ROW;
  let looked = false;
  let looking: Promise<void> | undefined;

  async function look(row: OutcomeRow): Promise<void> {
    const found = row.reason === 'disk-full' ? asError(row) : await failingEndpoint(context);
    if (found) failure ??= endOfRun(found);
    enough *= NEXT_LOOK;
    looked = true;
    inRow = 0;
  }

  return {
    get failure() {
      return failure;
    },
    async settled(row) {
      if (row.outcome === 'failed') {
        inRow = row.reason === reason ? inRow + 1 : 1;
        reason = row.reason;
      } else if (row.outcome !== 'deferred' && row.outcome !== 'refused') {
        inRow = 0;
        enough = IN_A_ROW;
      }
      const isEnough = inRow >= (AT_ONCE.has(row.reason) && !looked ? 1 : enough);
      if (isEnough && !looking) {
        looking = look(row).finally(() => {
          looking = undefined;
        });
      }
      await looking;
    },
  };
}

/** What is wrong with the target or the source as a whole, found out as `check` does. */
async function failingEndpoint({ source, target, settings, signal }: Context): Promise<SyncError | undefined> {
  try {
    await target.probe(signal);
    for await (const _ of source.list({ prefix: settings.selection.prefix, signal })) break;
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    return asSyncError(error);
  }
}

function asError({ message, reason, kind }: OutcomeRow): SyncError {
  return new SyncError(message, { kind: kind ?? 'permanent', reason });
}

/** A missing bucket or folder is a wrong setting; a full disk is not. */
function endOfRun({ message, kind, reason, cause }: SyncError): SyncError {
  const isSetting =
    kind === 'permanent' && reason !== 'internal' && reason !== 'disk-full' && reason !== 'rename-refused';
  return new SyncError(`${message}; no other file was begun`, {
    kind: isSetting ? 'usage' : kind,
    reason,
    cause,
  });
}
