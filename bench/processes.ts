/**
 * Reads Linux's /proc. CPU time is in ticks of 10 ms there. Not every kernel has a list of children, so trees are found through the
 * parent of every process.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ: the same on every Linux that Node runs on. */
const MS_PER_TICK = 10;

export interface CpuTime {
  /** Of the process itself, user and system. */
  readonly ownMs: number;
  /** Of its children that ended and were waited for, and of theirs. */
  readonly reapedMs: number;
}

export interface Memory {
  readonly residentBytes: number;
  /** The peak. */
  readonly peakBytes: number;
}

interface Stat extends CpuTime {
  readonly parent: number;
}

/** Undefined if the process is gone. */
export function readCpuTime(pid: number | 'self'): CpuTime | undefined {
  return readStat(pid);
}

/** Undefined if the process is gone, or is a zombie, which has no memory. */
export function readMemory(pid: number): Memory | undefined {
  const text = readProc(pid, 'status');
  const peak = text?.match(/^VmHWM:\s+(\d+) kB/m)?.[1];
  const resident = text?.match(/^VmRSS:\s+(\d+) kB/m)?.[1];
  if (!peak || !resident) return undefined;
  return { residentBytes: Number(resident) * 1024, peakBytes: Number(peak) * 1024 };
}

export interface ProcessTree {
  /** The root and its descendants, including those that have lost their parent since they were first seen. */
  members(): ReadonlySet<number>;
  /** Looks for new members. */
  look(): void;
}

/** Follows a tree while it grows. Parents are read once for each process, so looking often is cheap. */
export function followTree(root: number): ProcessTree {
  const members = new Set([root]);
  const strangers = new Set<number>();
  return {
    members: () => members,
    look() {
      for (const pid of allProcesses()) {
        if (members.has(pid) || strangers.has(pid)) continue;
        const parent = readStat(pid)?.parent;
        if (parent === undefined) continue;
        if (members.has(parent)) members.add(pid);
        else strangers.add(pid);
      }
    },
  };
}

/** Living descendants of the process, itself left out. */
export function descendantsOf(root: number): readonly number[] {
  const tree = followTree(root);
  tree.look();
  return [...tree.members()].filter((pid) => pid !== root && readStat(pid) !== undefined);
}

/** Ends the process. No error if it is gone already. */
export function endProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** By process id, which usually is the order of starting: parents come before their children. */
function allProcesses(): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .sort((a, b) => a - b);
}

function readStat(pid: number | 'self'): Stat | undefined {
  const text = readProc(pid, 'stat');
  if (!text) return undefined;
  // The name in brackets may hold anything; what follows the last bracket starts with field 3 (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return {
    parent: field(4),
    ownMs: (field(14) + field(15)) * MS_PER_TICK,
    reapedMs: (field(16) + field(17)) * MS_PER_TICK,
  };
}

function readProc(pid: number | 'self', name: 'stat' | 'status'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
