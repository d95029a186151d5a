/** Reads `SYNC_TASK_RUN_URL`: the page of the run in what started it, such as Airflow's DAG run. */
import { SyncError } from '../../base/errors.ts';
import type { Environment } from '../secrets.ts';

const VARIABLE = 'SYNC_TASK_RUN_URL';

/** Undefined if unset. Throws `usage` for anything that a page must not link to. */
export function readRunUrl(environment: Environment): string | undefined {
  const text = environment[VARIABLE];
  if (!text) return undefined;
  const url = URL.parse(text);
  // No message repeats the value: it may hold a password.
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url.href;
  throw new SyncError(`${VARIABLE}: it is no http or https address, or holds a login; give one without`, {
    kind: 'usage',
    reason: 'bad-option',
  });
}
