/** `SYNC_TASK_RUN_URL`: where whoever started the run shows it, such as its DAG run in Airflow. */
import { SyncError } from '../../base/errors.ts';
import type { Environment } from '../secrets.ts';

const VARIABLE = 'SYNC_TASK_RUN_URL';

/** Undefined where there is none. Throws `usage` for what a page must not link to. */
export function readRunUrl(environment: Environment): string | undefined {
  const text = environment[VARIABLE];
  if (!text) return undefined;
  const url = URL.parse(text);
  // The value is not repeated: it may hold a password.
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url.href;
  throw new SyncError(`${VARIABLE}: it is no http or https address, or holds a login; give one without`, {
    kind: 'usage',
    reason: 'bad-option',
  });
}
