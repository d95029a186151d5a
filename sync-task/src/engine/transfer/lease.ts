/**
 * Which claims of this process still hold. A process that was frozen past its lease must write nothing more anywhere: its
 * files may be somebody else's by now. So nothing leaves for the target unless the lease was confirmed a short while ago, by
 * clocks that go on while the process is frozen; otherwise the state is asked first.
 */
import type { World } from '../../base/world.ts';
import { leaseLost } from './lease-lost.ts';

export interface Lease {
  /** These were claimed; `sent` is the moment before the state was asked. */
  took(paths: readonly string[], sent: Moment): void;
  /** Nobody here works on it any more. */
  gaveBack(path: string): void;
  /** Returns at once where the claim is certain to hold; else waits for the state. Throws `lease-lost`. */
  check(path: string): void | Promise<void>;
  /** Prolongs them all. */
  renew(): Promise<void>;
  now(): Moment;
}

/** On both clocks: one stands still while the machine sleeps, the other may be set. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface LeaseOptions {
  readonly leaseMs: number;
  readonly world: Pick<World, 'monotonicMs' | 'wallMs'>;
  /** Returns the paths that are still held. */
  renew(): Promise<ReadonlySet<string>>;
}

/** Two clocks never run at quite the same speed, and what was looked at a moment ago leaves a moment later. */
const CERTAIN = 7 / 8;

export function openLease({ leaseMs, world, renew: renewAll }: LeaseOptions): Lease {
  const confirmed = new Map<string, Moment>();
  let renewing: Promise<void> | undefined;

  const now = (): Moment => ({ monotonicMs: world.monotonicMs(), wallMs: world.wallMs() });

  function holds(path: string): boolean {
    const since = confirmed.get(path);
    if (!since) return false;
    const elapsedMs = Math.max(world.monotonicMs() - since.monotonicMs, world.wallMs() - since.wallMs);
    return elapsedMs < leaseMs * CERTAIN;
  }

  async function ask(): Promise<void> {
    const asked = [...confirmed.keys()];
    const sent = now();
    const held = await renewAll();
    for (const path of asked) {
      if (!confirmed.has(path)) continue;
      if (held.has(path)) confirmed.set(path, sent);
      else confirmed.delete(path);
    }
  }

  function renew(): Promise<void> {
    renewing ??= ask().finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  async function confirm(path: string): Promise<void> {
    // One that was under way may have been answered long ago.
    await renewing?.catch(() => undefined);
    if (holds(path)) return;
    if (confirmed.has(path)) await renew();
    if (!holds(path)) throw leaseLost(path);
  }

  return {
    took(paths, sent) {
      for (const path of paths) confirmed.set(path, sent);
    },
    gaveBack(path) {
      confirmed.delete(path);
    },
    check: (path) => (holds(path) ? undefined : confirm(path)),
    renew,
    now,
  };
}
