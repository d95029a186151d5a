/** `prune` and `take-over`: upkeep of a pipeline's state. They touch no server. */
import type { Log } from '../../base/log.ts';
import type { StateContext } from '../context.ts';
import { makeResult } from '../result/make-result.ts';
import type { Result } from '../result/result.ts';

/** Forgets runs and events older than `keepMs`; checkpoints stay. */
export async function prune({ settings, state }: StateContext, keepMs: number, log: Log): Promise<Result> {
  const startedMs = performance.now();
  const { id } = await state.pipeline(settings.pipeline);
  const pruned = await state.prune(id, keepMs);
  log.info(`forgot ${pruned.runs} runs and ${pruned.events} events of ${settings.pipeline}; every file stays known`);
  return makeResult(settings, { command: 'prune', status: 'done', pruned, startedMs });
}

/** Gives the pipeline `old` the name of the settings. Throws `usage` where that name has a history. */
export async function takeOver({ settings, state }: StateContext, old: string, log: Log): Promise<Result> {
  const startedMs = performance.now();
  await state.takeOver(settings.pipeline, old);
  log.info(`pipeline ${old} is ${settings.pipeline} now, with all that was remembered of it`);
  return makeResult(settings, { command: 'take-over', status: 'done', startedMs });
}
