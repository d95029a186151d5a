/** One schedule: sets up a scenario, lets all actors run, then runs one `sync` without faults, and judges. */

import { SyncError } from '../../src/base/errors.ts';
import type { Settings } from '../../src/config/settings.ts';
import { sync } from '../../src/engine/commands/sync.ts';
import type { Context } from '../../src/engine/context.ts';
import type { Result } from '../../src/engine/result/result.ts';
import { verify } from '../../src/engine/verify/verify.ts';
import { retryReading } from '../../src/storage/around/retry.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { randomFrom } from '../faults/kit/random.ts';
import { act } from './actors.ts';
import { ALWAYS, type Broken, brokenPlace } from './broken-place.ts';
import { type ChainName, loadChains, made } from './chains.ts';
import { calm } from './chances.ts';
import { type Disk, newDisk } from './disk.ts';
import { filePlace } from './file-place.ts';
import { newJudge, type Violation } from './judge.ts';
import { judgeEnd, refusesNames } from './judge-end.ts';
import { judgeFailing } from './judge-failing.ts';
import { targetPlace } from './places.ts';
import type { Ending, Process } from './process.ts';
import { PRODUCER } from './producer.ts';
import { type Actor, LEASE_MS, type Patch, type Scenario } from './scenario.ts';
import { messageOf, scheduler } from './scheduler.ts';
import { pipelineOf, settingsOf } from './settings.ts';
import { newSharedState, type SharedState, stateOf } from './shared-state.ts';
import { letters, type Stage } from './stage.ts';
import { offsets } from './virtual-world.ts';

export interface Verdict {
  readonly violation: Violation | undefined;
  readonly steps: number;
  readonly trace: readonly string[];
}

let shared: SharedState | undefined;

const quiet = () => undefined;
const quietLog = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const neverDue = { ref() {}, unref() {} };

export async function simulate(scenario: Scenario): Promise<Verdict> {
  const { now } = performance;
  const { setInterval } = globalThis;
  // Transforms yield after a while, but by a clock that stands still they never do. Nor do they stall; the timers that watch for
  // stalls would outlive a process that is killed here, because it never cancels them.
  performance.now = () => 0;
  globalThis.setInterval = (() => neverDue) as unknown as typeof setInterval;
  try {
    return await carryOut(scenario);
  } finally {
    performance.now = now;
    globalThis.setInterval = setInterval;
  }
}

async function carryOut(scenario: Scenario): Promise<Verdict> {
  await loadChains();
  shared ??= await newSharedState();
  const state = shared;
  const clock = scheduler(scenario.seed, scenario.chances);
  const clocks = offsets(randomFrom(scenario.seed, 'clocks'), scenario.chances.skewMs);
  const [sourceMs, targetMs, tellsMs] = [clocks.offMs(), clocks.offMs(), clocks.offMs()];
  let databaseMs = clocks.offMs();
  await state.reset(() => clock.nowMs + databaseMs);
  const judge = newJudge(chainsOf(scenario));
  const nowMs = () => clock.nowMs + targetMs;
  const sourceOf = (pipeline: string): Disk => {
    const source = newDisk(
      () => clock.nowMs + sourceMs,
      scenario.stepMs,
      (path, _before, after, by) => {
        if (by !== PRODUCER) judge.blame('source-changed', `${by} changed ${path}`);
        const inode = source.entries.get(path);
        if (after && inode) judge.sourceIs(pipeline, path, { size: after.length, mtimeMs: inode.mtimeMs }, after);
      },
    );
    return source;
  };
  const source = sourceOf('first');
  const otherSource = sourceOf('second');
  const targets = {
    target: targetPlace(scenario.place, 'target', nowMs, judge),
    'other-target': targetPlace(scenario.place, 'other-target', nowMs, judge),
  };
  const random = randomFrom(scenario.seed, 'actors');
  let { broken } = scenario;
  /** Process → the pipeline that it plans. */
  const planning = new Map<string, string>();
  /** Process → files that it recorded as copied. */
  const copies = new Map<string, number>();

  function contextOf(process: Process, settings: Settings): Context {
    const place = targets[settings.target.location.host === 'target' ? 'target' : 'other-target'];
    const say = (message: string | readonly string[]) => clock.note(`${process.name}: "${[message].flat().join(' ')}"`);
    return {
      settings,
      state: stateOf(state, process, {
        plans: (isBegun) => {
          if (isBegun) {
            const others = [...planning].filter(
              ([name, pipeline]) => pipeline !== settings.pipeline && clock.unended.has(name),
            );
            judge.plans(others.length === 0);
            planning.set(process.name, settings.pipeline);
          } else planning.delete(process.name);
        },
        looked: (files) => judge.stateIs(files, clock.nowMs + databaseMs),
        recorded(rows) {
          const copied = rows.filter(({ outcome }) => outcome === 'copied').length;
          copies.set(process.name, (copies.get(process.name) ?? 0) + copied);
          judge.recorded(settings.pipeline, rows, place.holds);
        },
      }),
      source: opened(
        'source',
        process,
        filePlace({
          ...{ label: 'source', process, atomic: true, inOrder: true, makesLinks: true },
          disk: settings.pipeline === 'second' ? otherSource : source,
          tellsClock: tellsMs >= 0,
        }),
      ),
      target: opened('target', process, place.open(process, settings.existing === 'refuse')),
      log: { debug: say, info: say, warn: say, error: say },
      progress: { expect() {}, listed() {}, bytes() {}, file() {} },
      world: process.world,
      signal: process.signal,
    };
  }

  function opened(role: Broken['role'], process: Process, storage: Storage): Storage {
    const place = broken?.role === role ? brokenPlace(storage, broken, process) : storage;
    const { signal, world } = process;
    return retryReading(place, { attempts: scenario.attempts, log: quietLog, signal, world });
  }

  const stage: Stage = {
    scenario,
    clock,
    random,
    source,
    target: targets.target,
    blame: judge.blame,
    async command(name, patch, work, more = {}) {
      const ending = await clock.start(name, (process) => work(contextOf(process, settingsOf(scenario, patch, more))));
      if (ending.how === 'threw') unexpected(ending.error);
      if (ending.how === 'returned') honest(name, ending.value);
      return ending;
    },
  };

  /** A worker counts exactly the files that it recorded. */
  function honest(name: string, value: unknown): void {
    const result = value as Partial<Result> | undefined;
    const copied = result?.command === 'run' ? (result.files?.copied ?? 0) : 0;
    if (copied > (copies.get(name) ?? 0))
      judge.blame('counts', `${name} tells of ${copied} copied, and recorded fewer`);
  }

  function unexpected(error: unknown): void {
    const isOurs = error instanceof SyncError && error.reason !== 'internal';
    if (isOurs && error.reason === ALWAYS) judge.blame('one-place-stops-all', error.message);
    if (!isOurs)
      judge.blame('internal-error', error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
  }

  for (const [index, size] of scenario.sizes.entries()) {
    const inode = source.create(scenario.names?.[index] ?? `f${index}`, PRODUCER);
    source.write(inode, 0, letters(random, size), PRODUCER);
  }
  for (const name of scenario.others ?? [])
    otherSource.write(otherSource.create(name, PRODUCER), 0, letters(random, 1 + random.below(20)), PRODUCER);
  for (const [index, actor] of scenario.actors.entries()) {
    void clock.start(`${actor.kind}${index}`, (process) => act(stage, actor, index, process), { exempt: true });
  }
  const ended = await clock.run(() => judge.violation !== undefined);
  if (!ended) judge.blame('endless', 'more steps than any schedule should need');
  if (!judge.violation && clock.unended.size > 0) judge.blame('hangs', [...clock.unended].join(', '));
  if (!judge.violation) await end();
  return { violation: judge.violation, steps: clock.steps, trace: clock.trace };

  /** After the faults: one more sync, then every check. */
  async function end(): Promise<void> {
    clock.chances = calm;
    clock.note('faults are over');
    // Dead workers hold their files until their leases end.
    void clock.start('time', (process) => process.world.sleep(2 * LEASE_MS), { exempt: true });
    await clock.run(() => false);
    // Nobody works now: whatever the database's clock is set to, no earlier row may block the next worker.
    const before = databaseMs;
    databaseMs += clocks.offMs();
    // After a clock was set back, a dead lease holds again while its end is less than two lengths away.
    const untilThenMs = Math.max(0, before - databaseMs) + 2 * LEASE_MS + 1000;
    void clock.start('time', (process) => process.world.sleep(untilThenMs), { exempt: true });
    await clock.run(() => false);
    if (broken) await amidFailures(broken);
    broken = undefined;
    if (judge.violation) return;
    const last = await lastSync({});
    const lastOfOther = scenario.others && last ? await lastSync({ second: true }) : undefined;
    if (!last || judge.violation) return;
    const sources = [{ pipeline: 'first', disk: source, result: last }];
    if (lastOfOther) sources.push({ pipeline: 'second', disk: otherSource, result: lastOfOther });
    await judgeEnd({ judge, scenario, state, sources, target: targets.target });
    if (judge.violation) return;
    const settings = { checksum: 'both' } as const;
    const checked = await peacefully('last verify', (context) => verify(context, 'last-verify'), settings);
    if (checked?.how !== 'returned')
      return judge.blame('last-verify-failed', checked?.how === 'threw' ? messageOf(checked.error) : 'it hangs');
    const differing = checked.value.verified?.findings.filter(
      ({ path, finding }) =>
        !/^(ok|source-gone|unverifiable)$/.test(finding) &&
        !(finding === 'source-changed' && refusesNames(scenario)) &&
        !made(scenario.chain, path, Buffer.alloc(0)).some((file) => judge.isForeign(file.path)),
    );
    if (differing && differing.length > 0) judge.blame('verify-differs', JSON.stringify(differing));
  }

  async function lastSync(patch: Patch): Promise<Result | undefined> {
    const name = `last-${pipelineOf(patch)}`;
    let last = await peacefully(name, (context) => sync(context, name), {}, patch);
    if (last?.how === 'threw' && last.error instanceof SyncError && last.error.kind === 'usage') {
      // Its target has changed before: it refuses until it is told what became of its files.
      const told = { newTarget: true, existing: 'replace' } as const;
      last = await peacefully(`${name}, told`, (context) => sync(context, `${name}-told`), told, patch);
    }
    if (last?.how === 'returned') return last.value;
    judge.blame('last-sync-failed', last?.how === 'threw' ? messageOf(last.error) : 'it hangs');
    return undefined;
  }

  /** One path still fails: all others are done, and the result names it. */
  async function amidFailures(failing: Broken): Promise<void> {
    const ended = await peacefully('sync amid failures', (context) => sync(context, 'amid'));
    if (ended?.how === 'returned')
      judgeFailing({ judge, scenario, broken: failing, source, target: targets.target, result: ended.value });
    else if (!(ended?.how === 'threw' && ended.error instanceof SyncError && ended.error.kind === 'usage'))
      judge.blame('one-place-stops-all', ended?.how === 'threw' ? messageOf(ended.error) : 'it hangs');
  }

  async function peacefully<T>(
    name: string,
    work: (context: Context) => Promise<T>,
    more: Partial<Settings> = {},
    patch: Patch = {},
  ) {
    let ending: Ending<T> | undefined;
    const settings = settingsOf(scenario, patch, more);
    void clock
      .start(name, (process) => work(contextOf(process, settings)), { exempt: true })
      .then((how) => {
        ending = how;
      });
    await clock.run(() => judge.violation !== undefined || ending !== undefined);
    return ending;
  }
}

const patchOf = (actor: Actor): Patch => ('patch' in actor ? actor.patch : {});

function chainsOf({ chain, actors }: Scenario): ReadonlySet<ChainName> {
  return new Set([chain, ...actors.flatMap((actor) => patchOf(actor).chain ?? [])]);
}
