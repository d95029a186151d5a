/** Shrinks a failing scenario: leaves out actors, files and faults while the same finding remains, under another schedule if necessary. */
import type { Actor, Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

const SEEDS_TRIED = 12;

function* smaller(scenario: Scenario): Generator<Scenario> {
  const { actors, sizes, chances } = scenario;
  for (const index of actors.keys()) yield { ...scenario, actors: actors.toSpliced(index, 1) };
  if (sizes.length > 1) for (const index of sizes.keys()) yield { ...scenario, sizes: sizes.toSpliced(index, 1) };
  for (const kind of ['kills', 'freezes', 'stops'] as const) {
    if (chances[kind] > 0) yield { ...scenario, chances: { ...chances, [kind]: chances[kind] - 1 } };
  }
  for (const kind of ['fail', 'ambiguous', 'disrupt', 'aimed', 'blur'] as const) {
    if (chances[kind] > 0) yield { ...scenario, chances: { ...chances, [kind]: 0 } };
  }
  for (const [index, actor] of actors.entries()) {
    for (const less of lessOf(actor)) yield { ...scenario, actors: actors.with(index, less) };
  }
  if (scenario.chain !== 'none') yield { ...scenario, chain: 'none' };
  if (scenario.readBack) yield { ...scenario, readBack: false };
  if (scenario.atOnce > 1) yield { ...scenario, atOnce: 1 };
  if (scenario.attempts > 1) yield { ...scenario, attempts: 1 };
  for (const [index, size] of sizes.entries()) if (size > 8) yield { ...scenario, sizes: sizes.with(index, 8) };
}

function* lessOf(actor: Actor): Generator<Actor> {
  if ('times' in actor && actor.times > 1) yield { ...actor, times: actor.times - 1 };
  if ('edits' in actor && actor.edits > 1) yield { ...actor, edits: actor.edits - 1 };
  if ('workers' in actor && actor.workers > 1) yield { ...actor, workers: 1 };
  if ('patch' in actor && Object.keys(actor.patch).length > 0) yield { ...actor, patch: {} };
}

export async function shrink(scenario: Scenario, what: string): Promise<Scenario> {
  let smallest = scenario;
  for (let shrunk = true; shrunk; ) {
    shrunk = false;
    for (const candidate of smaller(smallest)) {
      const failing = await withAnySeed(candidate, what);
      if (!failing) continue;
      smallest = failing;
      shrunk = true;
      break;
    }
  }
  return smallest;
}

async function withAnySeed(scenario: Scenario, what: string): Promise<Scenario | undefined> {
  for (let offset = 0; offset < SEEDS_TRIED; offset++) {
    const candidate = { ...scenario, seed: scenario.seed + offset };
    if ((await simulate(candidate)).violation?.what === what) return candidate;
  }
  return undefined;
}
