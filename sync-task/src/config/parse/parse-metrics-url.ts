import { SyncError } from '../../base/errors.ts';

/** Reads the base URL of a Pushgateway. Throws `usage`; no message repeats a password. */
export function parseMetricsUrl(text: string, as: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.password) {
    throw bad(
      `${as}: a password does not belong in a URL; take it out and set SYNC_TASK_METRICS_PASSWORD or SYNC_TASK_METRICS_PASSWORD_FILE`,
      'secret-in-url',
    );
  }
  if ((url?.protocol === 'http:' || url?.protocol === 'https:') && url.search === '' && url.hash === '') return url;
  throw bad(`${as}: write the address of a Pushgateway, such as http://pushgateway:9091`, 'bad-url');
}

function bad(message: string, reason: string): SyncError {
  return new SyncError(message, { kind: 'usage', reason });
}
