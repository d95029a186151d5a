/**
 * Runs a contestant's commands and measures them.
 *
 * - Wall time: from the first start to the last exit.
 * - Client CPU: the larger of two figures. One is the time of the children that this process has waited for (/proc/self/stat);
 *   the other is the sum of each tree member's time when last seen, because some clients do not wait for their helpers.
 * - Server CPU: the same for the servers, read once their sessions have ended.
 * - Peak memory: every 20 ms the sum of the members' peaks (VmHWM). Pages shared between members count once for each.
 *
 * Nothing else that this process starts may end during a measurement.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Command } from './peers/peer.ts';
import { descendantsOf, endProcess, followTree, readCpuTime, readMemory } from './processes.ts';

export interface Measurement {
  readonly wallMs: number;
  readonly clientCpuMs: number;
  readonly serverCpuMs: number;
  /** Of the database, where the contestant uses one. */
  readonly stateCpuMs: number;
  readonly peakRssBytes: number;
  /** Peak resident memory in each quarter of the run: flat, or growing? */
  readonly rssQuartersBytes: readonly number[];
}

export interface MeasureOptions {
  /** Process ids of the two sshd. */
  readonly servers: readonly number[];
  readonly state: number | undefined;
  /** The folder in which the commands run, and which keeps their output. */
  readonly scratch: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** A run that was ended because it took longer than the limit. */
export class TooSlow extends Error {}

/** The contestant failed at its task. Any other error is a fault of the benchmark. */
export class ContestantFailed extends Error {}

const SAMPLE_MS = 20;
const LOOK_EVERY_SAMPLES = 5;
const SESSIONS_END_MS = 10_000;

/** Runs steps in order, and the commands of a step in parallel. Throws when one fails, with the end of its output. */
export async function measure(steps: readonly (readonly Command[])[], options: MeasureOptions): Promise<Measurement> {
  const serverCpuBefore = await serverCpuMs(options.servers);
  const stateCpuBefore = treeCpuMs(options.state);
  const reapedBefore = readCpuTime('self')?.reapedMs ?? 0;
  const deadline = AbortSignal.timeout(Math.ceil(options.limitMs));
  const signal = AbortSignal.any([options.signal, deadline]);
  const sampler = startSampler();
  const startMs = performance.now();
  let wallMs: number;
  try {
    let number = 0;
    for (const step of steps) {
      // Settled, not only resolved: no command runs on after another has failed.
      const ends = await Promise.allSettled(
        step.map((command) => runCommand(command, number++, options.scratch, sampler, signal)),
      );
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    }
    wallMs = performance.now() - startMs;
  } catch (error) {
    options.signal.throwIfAborted();
    if (deadline.aborted) throw new TooSlow(`ended after ${options.limitMs / 60_000} minutes`);
    throw error;
  } finally {
    sampler.stop();
  }
  const reapedMs = (readCpuTime('self')?.reapedMs ?? 0) - reapedBefore;
  return {
    wallMs,
    clientCpuMs: Math.max(reapedMs, sampler.cpuMs()),
    serverCpuMs: (await serverCpuMs(options.servers)) - serverCpuBefore,
    stateCpuMs: treeCpuMs(options.state) - stateCpuBefore,
    peakRssBytes: sampler.peakBytes(),
    rssQuartersBytes: sampler.quarters(),
  };
}

/** Runs one command to its end. Its output goes to `stdout-N` and `stderr-N` in the scratch folder. */
async function runCommand(
  command: Command,
  number: number,
  scratch: string,
  sampler: Pick<Sampler, 'add'>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const [stdout, stderr] = ['stdout', 'stderr'].map((name) => openSync(join(scratch, `${name}-${number}`), 'w')) as [
    number,
    number,
  ];
  let child: ChildProcess;
  try {
    child = spawn(command.file, command.args, {
      cwd: scratch,
      env: command.env,
      stdio: ['ignore', stdout, stderr],
    });
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, killedBy) => resolve(code ?? killedBy ?? 'nothing'));
  });
  const { pid } = child;
  if (pid !== undefined) sampler.add(pid);
  function stop(): void {
    if (pid === undefined) return;
    for (const each of [...descendantsOf(pid), pid]) endProcess(each, 'SIGKILL');
  }
  signal.addEventListener('abort', stop, { once: true });
  try {
    const code = await ended;
    signal.throwIfAborted();
    if (code !== 0)
      throw new ContestantFailed(`${command.file} ended with ${code}: ${tail(join(scratch, `stderr-${number}`))}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-20).join('\n');
}

interface Sampler {
  add(root: number): void;
  stop(): void;
  cpuMs(): number;
  peakBytes(): number;
  quarters(): readonly number[];
}

function startSampler(): Sampler {
  const trees: ReturnType<typeof followTree>[] = [];
  const lastCpuMs = new Map<number, number>();
  const residentBytes: number[] = [];
  let peakBytes = 0;
  let samples = 0;

  function sample(): void {
    let resident = 0;
    let peak = 0;
    for (const tree of trees) {
      if (samples % LOOK_EVERY_SAMPLES === 0) tree.look();
      for (const pid of tree.members()) {
        const memory = readMemory(pid);
        resident += memory?.residentBytes ?? 0;
        peak += memory?.peakBytes ?? 0;
        const cpu = memory && readCpuTime(pid);
        if (cpu) lastCpuMs.set(pid, cpu.ownMs);
      }
    }
    samples++;
    if (peak === 0) return;
    residentBytes.push(resident);
    peakBytes = Math.max(peakBytes, peak);
  }
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    add(root) {
      trees.push(followTree(root));
    },
    stop: () => clearInterval(timer),
    cpuMs: () => [...lastCpuMs.values()].reduce((sum, ms) => sum + ms, 0),
    peakBytes: () => peakBytes,
    quarters: () => [0, 1, 2, 3].map((quarter) => largest(quarterOf(residentBytes, quarter))),
  };
}

function quarterOf(values: readonly number[], quarter: number): readonly number[] {
  return values.slice(Math.floor((values.length * quarter) / 4), Math.floor((values.length * (quarter + 1)) / 4));
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** Waits until every session has ended: only then is all of their time charged to the daemon. */
async function serverCpuMs(servers: readonly number[]): Promise<number> {
  const untilMs = performance.now() + SESSIONS_END_MS;
  while (servers.some((pid) => descendantsOf(pid).length > 0)) {
    if (performance.now() > untilMs) throw new Error('sessions of the servers go on although the client has ended');
    await setTimeout(SAMPLE_MS);
  }
  return servers.reduce((sum, pid) => sum + treeCpuMs(pid), 0);
}

/** The tree's own time and that of its members that have ended. */
function treeCpuMs(root: number | undefined): number {
  if (root === undefined) return 0;
  return [root, ...descendantsOf(root)].reduce((sum, pid) => {
    const cpu = readCpuTime(pid);
    return sum + (cpu ? cpu.ownMs + cpu.reapedMs : 0);
  }, 0);
}
