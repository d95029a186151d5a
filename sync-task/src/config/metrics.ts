import type { Input, Values } from './given-options.ts';
import { parseMetricsUrl } from './parse/parse-metrics-url.ts';
import { readSecret } from './secrets.ts';
import type { MetricsSettings } from './settings.ts';

/** Where metrics are pushed to; undefined: nowhere. Throws `usage`. */
export function metricsSettings(values: Values, { environment }: Input, pipeline: string): MetricsSettings | undefined {
  const given = values.given('metrics-url');
  if (!given) return undefined;
  const url = parseMetricsUrl(String(given.value), given.as);
  const token = readSecret(environment, 'SYNC_TASK_METRICS_TOKEN');
  const password = readSecret(environment, 'SYNC_TASK_METRICS_PASSWORD');
  const user = decodeURIComponent(url.username);
  url.username = '';
  if (token !== undefined) return { url, pipeline, authorization: `Bearer ${token}` };
  if (user === '' && password === undefined) return { url, pipeline, authorization: undefined };
  return { url, pipeline, authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
}
