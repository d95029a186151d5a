/**
 * `npm run simulate`: runs schedules of fresh seeds, or repeats one.
 *
 *     npm run simulate -- [--seconds N | --count N] [--seed N] [--jobs N]
 *     npm run simulate -- --seed N --count 1
 *     npm run simulate -- --scenario JSON
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type Scenario, scenarioOf } from './scenario.ts';
import { shrink } from './shrink.ts';
import { simulate, type Verdict } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    count: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    scenario: { type: 'string' },
    without: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const first = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const jobs = Number(values.jobs);
/** Distance between the seeds of two jobs. */
const JOB_SEEDS = 1_000_000;

/** Leaves out actors, and changed settings, by their names. */
function chosen(seed: number): Scenario {
  const scenario = scenarioOf(seed);
  const without = new Set((values.without ?? '').split(','));
  const actors = scenario.actors
    .filter(({ kind }) => !without.has(kind))
    .map((actor) =>
      'patch' in actor
        ? { ...actor, patch: Object.fromEntries(Object.entries(actor.patch).filter(([name]) => !without.has(name))) }
        : actor,
    );
  return { ...scenario, actors };
}

function tell(scenario: Scenario, { violation, trace }: Verdict): void {
  console.log(trace.join('\n'));
  console.log(`\n${violation?.what}: ${violation?.detail}`);
  console.log(`again: npm run simulate -- --scenario '${JSON.stringify(scenario)}'`);
}

async function again(text: string): Promise<void> {
  const scenario = JSON.parse(text) as Scenario;
  const verdict = await simulate(scenario);
  tell(scenario, verdict);
  if (verdict.violation) process.exitCode = 1;
}

async function many(): Promise<void> {
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  const count = Number(
    values.count ?? (seconds === undefined ? (values.seed === undefined ? 1000 : 1) : Number.POSITIVE_INFINITY),
  );
  const startMs = performance.now();
  const isOver = () => seconds !== undefined && performance.now() - startMs > seconds * 1000;
  const found = new Map<string, number[]>();
  let schedules = 0;
  let steps = 0;
  console.log(`seeds from ${first}`);
  for (; schedules < count && !isOver(); schedules++) {
    const seed = first + schedules;
    const verdict = await simulate(chosen(seed));
    steps += verdict.steps;
    if (!verdict.violation) continue;
    const { what } = verdict.violation;
    const seeds = found.get(what) ?? [];
    found.set(what, [...seeds, seed]);
    if (values.brief) {
      console.log(`found ${seed} ${what}`);
      break;
    }
    if (values.keep) continue;
    console.log(`seed ${seed}: ${what}; again: npm run simulate -- --seed ${seed}`);
    const small = values.shrink ? await shrink(chosen(seed), what) : chosen(seed);
    tell(small, await simulate(small));
    break;
  }
  const took = (performance.now() - startMs) / 1000;
  console.log(
    `${schedules} schedules, ${steps} steps in ${took.toFixed(1)} s (${Math.round(schedules / took)} a second)`,
  );
  for (const [what, seeds] of found)
    console.log(`${what}: ${seeds.length}, the first of them ${seeds.slice(0, 5).join(', ')}`);
  if (found.size > 0) process.exitCode = 1;
}

if (values.scenario !== undefined) await again(values.scenario);
else if (jobs > 1) {
  const flags = ['seconds', 'count'] as const;
  const given = flags.flatMap((flag) => (values[flag] === undefined ? [] : [`--${flag}`, values[flag]]));
  const codes = await Promise.all(
    Array.from({ length: jobs }, (_, job) => {
      const child = spawn(
        process.execPath,
        [import.meta.filename, '--seed', String(first + job * JOB_SEEDS), ...given],
        { stdio: 'inherit' },
      );
      return new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
    }),
  );
  process.exitCode = Math.max(...codes);
} else await many();
