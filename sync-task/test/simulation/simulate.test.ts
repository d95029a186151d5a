import test from 'ava';
import { type Scenario, scenarioOf } from './scenario.ts';
import { simulate } from './simulate.ts';

test.serial('the same seed gives the same trace, whatever ran before it', async (t) => {
  const seeds = Array.from({ length: 20 }, (_, index) => 100 + index);
  const first = [];
  for (const seed of seeds) first.push((await simulate(scenarioOf(seed))).trace);
  for (const [index, seed] of [...seeds.entries()].reverse()) {
    t.deepEqual((await simulate(scenarioOf(seed))).trace, first[index], `seed ${seed}`);
  }
  t.is(new Set(first.map((trace) => trace.join('\n'))).size, seeds.length);
});

test.serial('a scenario survives its JSON', async (t) => {
  const scenario = scenarioOf(7);
  const again = JSON.parse(JSON.stringify(scenario)) as Scenario;
  t.deepEqual((await simulate(again)).trace, (await simulate(scenario)).trace);
});
