/**
 * A seeded scheduler for everything that happens. Each request to a storage, each operation on the state and each timer is a
 * pending step, and chance picks the next one. Time is virtual. The same seed gives the same trace.
 *
 * A request takes effect in one moment; its reply arrives then or later. A frozen process gets neither replies nor timers, but
 * requests that it has sent still arrive. A killed process never continues, and its requests may or may not arrive.
 */
import { SyncError } from '../../src/base/errors.ts';
import { randomFrom } from '../faults/kit/random.ts';
import type { Chances } from './chances.ts';
import type { CallOptions, Ending, Process, Scheduler } from './process.ts';
import { offsets, type Timers, virtualWorld } from './virtual-world.ts';

/** A request arrives within this time, or never. */
export const IN_FLIGHT_MS = 1500;
/** Start of virtual time. Not 0: a file of time 0 would have no time. */
export const START_MS = 1_000_000_000;
const MOST_STEPS = 20_000;
/** Steps at which a fault reveals more than elsewhere. */
const telling = /publish|backs up|saveIntents|recordOutcomes|claim|renew/;
/** Odds that a reply arrives in the same moment, and that time passes although other steps are ready. */
const AT_ONCE = 0.7;
const TIME_PASSES = 0.03;

interface Owner {
  readonly name: string;
  readonly exempt: boolean;
  readonly stop: AbortController;
  state: 'running' | 'frozen' | 'killed';
  ended: boolean;
  /** How long its machine slept. Its monotonic clock stands still meanwhile. */
  asleepMs: number;
  /** How far its wall clock is ahead. */
  aheadMs: number;
  setBack: boolean;
  sleeps: boolean;
  gone(): void;
}

interface Step {
  readonly owner: Owner;
  readonly label: string;
  readonly kind: 'request' | 'answer' | 'timer';
  readonly dueMs: number;
  readonly options: CallOptions;
  act(): void;
}

export function scheduler(seed: number, given: Chances): Scheduler {
  const random = randomFrom(seed, 'schedule');
  const trace: string[] = [];
  let chances: Chances = { ...given };
  let nowMs = START_MS;
  let steps = 0;
  let pending: Step[] = [];
  let last: Owner | undefined;
  let started = 0;
  const unended = new Set<string>();
  const skew = offsets(randomFrom(seed, 'skew'), given.skewMs);
  const jumps = offsets(randomFrom(seed, 'jumps'), given.jumpMs);
  const aim = given.aim === '' ? undefined : new RegExp(given.aim);
  /** The fate of the request that takes effect now. */
  let fate: 'done' | 'fails' | 'answer-lost' | 'struck' = 'done';

  const note = (line: string) => void trace.push(`${Math.round(nowMs - START_MS)} ${line}`);
  const drop = (step: Step) => {
    pending = pending.filter((each) => each !== step);
  };

  function wait(owner: Owner, ms: number, label: string, act: () => void): Step {
    const step: Step = { owner, label, kind: 'timer', dueMs: nowMs + Math.max(0, ms), options: {}, act };
    pending.push(step);
    return step;
  }

  const timers = (owner: Owner): Timers => ({
    set(ms, label, act) {
      const step = wait(owner, ms, label, act);
      return () => drop(step);
    },
  });

  function answer(owner: Owner, label: string, act: () => void): void {
    if (owner.state === 'killed') return;
    if (owner.state === 'running' && (owner.exempt || random.fraction() < AT_ONCE)) act();
    else pending.push({ owner, label: `answer: ${label}`, kind: 'answer', dueMs: nowMs, options: {}, act });
  }

  function call<T>(owner: Owner, label: string, effect: () => T | Promise<T>, options: CallOptions): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const failed = (error: unknown) => answer(owner, label, () => reject(error));
    function act(): void {
      if (fate === 'fails') {
        failed(lost(label));
        return;
      }
      const isLost = fate === 'answer-lost';
      const told = (value: T) => (isLost ? failed(lost(label)) : answer(owner, label, () => resolve(value)));
      try {
        const done = effect();
        if (fate === 'struck') strike(owner);
        if (done instanceof Promise) done.then(told, failed);
        else told(done);
      } catch (error) {
        failed(error);
      }
    }
    pending.push({ owner, label, kind: 'request', dueMs: nowMs, options, act });
    return promise;
  }

  function start<T>(name: string, work: (process: Process) => Promise<T>, { exempt } = { exempt: false }) {
    const { promise, resolve } = Promise.withResolvers<Ending<T>>();
    const stop = new AbortController();
    const owner: Owner = {
      ...{
        name,
        exempt,
        stop,
        state: 'running',
        ended: false,
        asleepMs: 0,
        aheadMs: skew.offMs(),
        setBack: false,
        sleeps: false,
      },
      gone: () => resolve({ how: 'killed' }),
    };
    const end = (ending: Ending<T>) => {
      if (owner.state === 'killed') return;
      owner.ended = true;
      unended.delete(name);
      // Its timers and waits end with it; requests that it has sent are under way.
      pending = pending.filter((step) => step.owner !== owner || step.kind === 'request');
      note(`${name} ${ending.how === 'threw' ? `threw ${messageOf(ending.error)}` : ending.how}`);
      resolve(ending);
    };
    note(`${name} starts`);
    unended.add(name);
    work({
      name,
      world: virtualWorld(
        { wallMs: () => nowMs + owner.aheadMs, monotonicMs: () => nowMs - owner.asleepMs },
        timers(owner),
        randomFrom(seed, `${name}/${started++}`),
      ),
      signal: stop.signal,
      call: (label, effect, options = {}) => call(owner, label, effect, options),
    }).then(
      (value) => end({ how: 'returned', value }),
      (error: unknown) => end({ how: 'threw', error }),
    );
    return promise;
  }

  const blows = () => (['kills', 'freezes', 'stops', 'jumps'] as const).filter((kind) => chances[kind] > 0);

  function strike(owner: Owner): void {
    const kinds = blows();
    if (kinds.length === 0) return;
    const kind = random.pick(kinds);
    chances[kind]--;
    if (kind === 'kills') {
      note(`${owner.name} is killed`);
      owner.state = 'killed';
      owner.ended = true;
      unended.delete(owner.name);
      pending = pending.filter((step) => step.owner !== owner || (step.kind === 'request' && random.fraction() < 0.5));
      owner.gone();
    } else if (kind === 'freezes') {
      const ms = Math.round(random.fraction() * chances.freezeMs);
      // When the wall clock is set back by as much, no clock shows the sleep.
      const sleeps = random.fraction() < 0.5 && !owner.setBack;
      if (sleeps) owner.sleeps = true;
      note(`${owner.name} ${sleeps ? 'sleeps with its machine' : 'is frozen'} for ${ms} ms`);
      owner.state = 'frozen';
      pending = pending.map((step) =>
        step.owner === owner && step.options.mayBeLate ? { ...step, dueMs: nowMs + ms } : step,
      );
      wait(clockwork, ms, `${owner.name} thaws`, () => {
        owner.state = 'running';
        if (sleeps) owner.asleepMs += ms;
      });
    } else if (kind === 'jumps') {
      const ms = owner.sleeps ? Math.abs(jumps.offMs()) : jumps.offMs();
      owner.setBack ||= ms < 0;
      note(`the wall clock of ${owner.name} is set by ${ms} ms`);
      owner.aheadMs += ms;
    } else {
      note(`${owner.name} is told to stop`);
      owner.stop.abort(new SyncError('stopped by SIGTERM', { kind: 'stopped', reason: 'SIGTERM' }));
    }
  }

  /** Steps that may come next. Requests of frozen and dead processes are among them, because they are under way. */
  function ready(): Step[] {
    const orders = new Set<object>();
    return pending.filter(({ owner, kind, dueMs, options: { order } }) => {
      if (order !== undefined && orders.has(order)) return false;
      if (order !== undefined) orders.add(order);
      return dueMs <= nowMs && (kind === 'request' || owner.state === 'running');
    });
  }

  function nextTimerMs(): number | undefined {
    const waiting = pending.filter(
      ({ kind, owner, dueMs }) => (kind === 'request' || owner.state === 'running') && dueMs > nowMs,
    );
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ dueMs }) => dueMs));
  }

  function fateOf({ owner, kind, label, options }: Step): typeof fate {
    if (kind === 'timer' || owner.exempt) return 'done';
    if (options.broken?.()) return 'fails';
    const mayBeStruck = owner.state === 'running' && !owner.ended && blows().length > 0;
    const isAimedAt = aim?.test(label) === true;
    const struck = isAimedAt ? chances.aimed : chances.disrupt * (telling.test(label) ? 5 : 1);
    if (mayBeStruck && random.fraction() < struck) return 'struck';
    if (kind === 'answer' || options.sure) return 'done';
    if (isAimedAt && random.fraction() < chances.blur) return 'answer-lost';
    const chance = random.fraction();
    return chance < chances.fail ? 'fails' : chance < chances.fail + chances.ambiguous ? 'answer-lost' : 'done';
  }

  function perform(step: Step): void {
    const { owner, label, kind } = step;
    const fated = fateOf(step);
    if (fated === 'struck' && (kind === 'answer' || random.fraction() < 0.5)) {
      strike(owner); // before it
      return;
    }
    drop(step);
    last = owner;
    note(
      `${owner.name}: ${label}${fated === 'fails' ? ' fails' : fated === 'answer-lost' ? ', its answer is lost' : ''}`,
    );
    fate = fated;
    step.act();
    fate = 'done';
  }

  const clockwork: Owner = {
    ...{
      name: 'time',
      exempt: true,
      stop: new AbortController(),
      state: 'running',
      ended: false,
      asleepMs: 0,
      aheadMs: 0,
      setBack: false,
      sleeps: false,
    },
    gone() {},
  };

  return {
    get nowMs() {
      return nowMs;
    },
    get steps() {
      return steps;
    },
    get chances() {
      return chances;
    },
    set chances(now) {
      chances = { ...now };
    },
    ...{ random, trace, note, start, unended },
    async run(over) {
      for (; steps < MOST_STEPS; steps++) {
        await new Promise(setImmediate); // until nobody has anything more to do in this moment
        if (over()) return true;
        const able = ready();
        const timerMs = nextTimerMs();
        if (able.length === 0 && timerMs === undefined) return true;
        const oldestMs = Math.min(...able.map(({ dueMs }) => dueMs));
        if (
          timerMs !== undefined &&
          timerMs <= oldestMs + IN_FLIGHT_MS &&
          (able.length === 0 || random.fraction() < TIME_PASSES)
        ) {
          nowMs = timerMs;
          continue;
        }
        // Never so much that a request under way would arrive too late.
        nowMs = Math.max(nowMs, Math.min(nowMs + random.below(chances.paceMs), oldestMs + IN_FLIGHT_MS));
        const sticking = random.fraction() < chances.stick ? able.filter(({ owner }) => owner === last) : [];
        perform(random.pick(sticking.length > 0 ? sticking : able));
      }
      return false;
    },
  };
}

function lost(label: string): SyncError {
  return new SyncError(`the connection broke during ${label}`, { kind: 'transient', reason: 'connection-lost' });
}

export function messageOf(error: unknown): string {
  if (error instanceof SyncError) return `${error.kind} ${error.reason}: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
