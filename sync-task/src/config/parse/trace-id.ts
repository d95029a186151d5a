/** The trace that a run belongs to (W3C Trace Context). */
import { SyncError } from '../../base/errors.ts';
import type { Environment } from '../secrets.ts';

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
/** Version, trace id, parent id, flags; later versions may append fields. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** The user's, else that of `TRACEPARENT`; a malformed `TRACEPARENT` is ignored, as the standard asks. Throws `usage`. */
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

/** For the log, before the settings are checked. They refuse a bad one later. */
export function traceIdFor(flags: Readonly<Record<string, unknown>>, environment: Environment): string | undefined {
  const value = flags['trace-id'] ?? (environment['SYNC_TASK_TRACE_ID'] || undefined);
  try {
    return traceIdOf(value === undefined ? undefined : { value, as: '--trace-id' }, environment);
  } catch {
    return undefined;
  }
}
