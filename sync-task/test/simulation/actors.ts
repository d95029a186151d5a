/** The actors of a schedule besides the workers. Faults strike the processes that they start, never the actors. */
import { check } from '../../src/engine/commands/check.ts';
import { finish } from '../../src/engine/commands/finish.ts';
import { run } from '../../src/engine/commands/run.ts';
import { sync } from '../../src/engine/commands/sync.ts';
import { plan } from '../../src/engine/plan/plan.ts';
import { verify } from '../../src/engine/verify/verify.ts';
import type { Ending, Process } from './process.ts';
import { produce } from './producer.ts';
import { type Actor, LEASE_MS, type Patch, type Scenario } from './scenario.ts';
import { letters, type Stage } from './stage.ts';

type Of<Kind extends Actor['kind']> = Extract<Actor, { kind: Kind }>;

/** After this time the orchestrator takes a worker for dead, and starts the next. */
const PATIENCE_MS = 1.5 * LEASE_MS;
const MOST_TRIES = 3;

export async function act(stage: Stage, actor: Actor, index: number, process: Process): Promise<void> {
  await process.world.sleep(actor.startMs);
  const id = `${actor.kind}-${index}`;
  switch (actor.kind) {
    case 'sync':
      return repeatSync(stage, actor, id, process);
    case 'tasks':
      return runTasks(stage, actor, id, process);
    case 'verify': {
      const { repair, checksum } = actor;
      await stage.command(id, {}, (context) => verify(context, id), { repair, checksum });
      return;
    }
    case 'check':
      await stage.command(id, {}, check);
      return;
    case 'producer':
      return produce(stage, actor.edits, process);
    case 'foreign':
      return interfere(stage, actor, process);
    case 'power':
      return process.call('target loses power', () => stage.target.losePower());
  }
}

async function repeatSync(stage: Stage, { times, patch }: Of<'sync'>, id: string, process: Process): Promise<void> {
  for (let time = 1; time <= times; time++) {
    const name = `${id}-${time}`;
    await patiently(
      process,
      stage.command(name, patch, (context) => sync(context, name)),
    );
    await process.world.sleep(stage.random.below(3000));
  }
}

/** As an orchestrator works: a plan, a task for each batch, and a task that finishes. Each is retried until it ends well. */
async function runTasks(
  stage: Stage,
  { workers, patch, finishAfterMs = 0 }: Of<'tasks'>,
  id: string,
  process: Process,
): Promise<void> {
  const planned = await untilDone(process, (time) =>
    stage.command(`${id}-plan-${time}`, {}, (context) => plan(context, id)),
  );
  if (planned?.how !== 'returned') return;
  const tasks = planned.value.batches.flatMap(({ number }) =>
    Array.from({ length: workers }, (_, worker) => ({ number, worker })),
  );
  await Promise.all(
    tasks.map(({ number, worker }) =>
      untilDone(
        process,
        async (time) => {
          const name = `${id}-batch${number}-${worker}-${time}`;
          const ending = await stage.command(name, patch, (context) => run(context, id, number));
          if (ending.how === 'returned' && isOtherThanPlanned(stage.scenario, patch))
            stage.blame('other-settings-taken', `${name} works with ${JSON.stringify(patch)}`);
          return ending;
        },
        finishAfterMs > 0 ? 1 : MOST_TRIES,
      ),
    ),
  );
  if (finishAfterMs > 0) await process.world.sleep(finishAfterMs);
  await untilDone(process, (time) => stage.command(`${id}-finish-${time}`, {}, (context) => finish(context, id)));
}

/** A worker refuses a plan that was made with other settings. */
function isOtherThanPlanned(scenario: Scenario, { chain, existing, elsewhere }: Patch): boolean {
  const { chain: plannedChain, existing: plannedExisting } = scenario;
  return (
    (chain ?? plannedChain) !== plannedChain || (existing ?? plannedExisting) !== plannedExisting || elsewhere === true
  );
}

async function untilDone<T>(
  process: Process,
  begin: (time: number) => Promise<Ending<T>>,
  tries = MOST_TRIES,
): Promise<Ending<T> | undefined> {
  for (let time = 1; time <= tries; time++) {
    const ending = await patiently(process, begin(time));
    if (ending?.how === 'returned') return ending;
    await process.world.sleep(100);
  }
  return undefined;
}

function patiently<T>(process: Process, ending: Promise<Ending<T>>): Promise<Ending<T> | undefined> {
  return Promise.race([ending, process.world.sleep(PATIENCE_MS).then(() => undefined)]);
}

async function interfere(
  { scenario, random, target }: Stage,
  { edits }: Of<'foreign'>,
  process: Process,
): Promise<void> {
  for (let edit = 0; edit < edits; edit++) {
    const path = `f${random.below(scenario.sizes.length)}`;
    const what = random.pick(['puts', 'removes', 'rots', 'rots'] as const);
    const bytes = letters(random, what === 'rots' ? 80 : 1 + random.below(40));
    await process.call(`${what} ${path} at the target`, () => {
      if (what === 'rots') target.rot(path, bytes);
      else target.put(path, what === 'puts' ? bytes : undefined);
    });
    await process.world.sleep(random.below(2000));
  }
}
