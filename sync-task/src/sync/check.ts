/** `check`: proves that source, target and state can be used, and says what the servers can't do and what that costs. */
import { openChain } from '../transform/chain.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { Context } from './context.ts';
import { makeResult } from './counts.ts';
import type { Result } from './result.ts';

/** The source is listed, never written to; at the target a hidden file is written and removed; the state was opened. */
export async function check(context: Context): Promise<Result> {
  const { settings, source, target, state, log, signal } = context;
  const startedMs = performance.now();
  // Throws for a name or an option that is none, and for a key that can't be read.
  await (await openChain(settings.transforms)).prepare();
  await state.pipeline(settings.pipeline);
  log.info(`state ${state.label} is reachable`);
  for await (const _ of source.list({ prefix: settings.selection.prefix, signal })) break;
  log.info(`source ${source.label} can be listed`, { ...source.capabilities });
  const probe = await target.probe(signal);
  log.info(`target ${target.label} can be written`, { ...target.capabilities, freeBytes: probe.freeBytes });
  for (const note of probe.notes) log.warn(`target: ${note}`);
  const capabilities = capabilitiesOf(context);
  return makeResult(settings, {
    command: 'check',
    status: 'done',
    capabilities: { ...capabilities, target: { ...capabilities.target, ...probe } },
    startedMs,
  });
}
