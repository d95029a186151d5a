/** The trace that a run belongs to, as W3C Trace Context has it. */
import { SyncError } from '../../base/errors.ts';
import type { Environment } from '../secrets.ts';

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
/** Version, trace id, parent id, flags; later versions may append. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** What the user gave; else that of `TRACEPARENT`, which is ignored where it is malformed, as its standard asks. Throws `usage`. */
export function traceIdOf(
  given: { readonly value: unknown; readonly as: string } | undefined,
  environment: Environment,
): string | undefined {
  if (!given) return TRACEPARENT.exec(environment['TRACEPARENT'] ?? '')?.[1];
  const id = String(given.value);
  if (TRACE_ID.test(id)) return id;
  throw new SyncError(
    `${given.as}: ${JSON.stringify(id)} is no trace id: 32 lower-case hexadecimal digits, not all zero`,
    {
      kind: 'usage',
      reason: 'bad-option',
    },
  );
}

/** Before the settings are checked, for the log: a bad one is refused with them. */
export function traceIdFor(flags: Readonly<Record<string, unknown>>, environment: Environment): string | undefined {
  const value = flags['trace-id'] ?? (environment['SYNC_TASK_TRACE_ID'] || undefined);
  try {
    return traceIdOf(value === undefined ? undefined : { value, as: '--trace-id' }, environment);
  } catch {
    return undefined;
  }
}
