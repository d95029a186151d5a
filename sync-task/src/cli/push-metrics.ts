/** Pushes a command's metrics to a Pushgateway. A failure never affects the transfer. */

import type { Log } from '../base/log.ts';
import type { Input } from '../config/given-options.ts';
import { loadMetricsSettings } from '../config/load.ts';
import type { MetricsSettings } from '../config/settings.ts';
import { groupPath, type MetricGroup, metricGroups } from '../engine/result/metrics.ts';
import type { Result } from '../engine/result/result.ts';

const TIMEOUT_MS = 5000;
const commands: readonly string[] = ['check', 'plan', 'run', 'finish', 'sync', 'verify'];

/** Never throws: a failure is one line in the log. */
export async function pushMetrics(input: Input, result: Result, exitCode: number, log: Log): Promise<void> {
  if (!commands.includes(result.command)) return;
  let settings: MetricsSettings | undefined;
  try {
    settings = loadMetricsSettings(input);
  } catch {
    return; // the command has already reported wrong settings
  }
  if (!settings) return;
  try {
    for (const group of metricGroups({
      pipeline: result.pipeline || settings.pipeline,
      result,
      exitCode,
      endedMs: Date.now(),
    })) {
      await push(settings, group);
    }
  } catch (error) {
    log.warn(`the metrics could not be pushed to ${settings.url.origin}: ${why(error)}`);
  }
}

/** POST, not PUT: metrics of the group that are not in this push stay as they are. */
async function push({ url, authorization }: MetricsSettings, group: MetricGroup): Promise<void> {
  const base = url.href.endsWith('/') ? url.href : `${url.href}/`;
  const response = await fetch(base + groupPath(group), {
    method: 'POST',
    headers: { 'content-type': 'text/plain; version=0.0.4', ...(authorization ? { authorization } : {}) },
    body: group.text,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await response.text();
  if (!response.ok)
    throw new Error(`it answered ${response.status} ${answer.trim().split('\n')[0]?.slice(0, 200) ?? ''}`);
}

function why(error: unknown): string {
  const { message, cause } = error as Error;
  // `fetch` only says "fetch failed"; the reason is in the cause.
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return cause instanceof Error ? cause.message || String(code) : message;
}
