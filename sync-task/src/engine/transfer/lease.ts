/**
 * Which claims of this process still hold. A process that was frozen past its lease must write nothing more anywhere: its
 * files may be another worker's by now. So nothing leaves for the target unless the lease was confirmed a short while ago, by
 * clocks that go on while the process is frozen; otherwise the state is asked first.
 */
import type { World } from '../../base/world.ts';
import { leaseLost } from './lease-lost.ts';

export interface Lease {
  /** These were claimed; `sent` is the moment before the state was asked. */
  took(claims: readonly Held[], sent: Moment): void;
  /** Work on it here is over. */
  gaveBack(claim: Held): void;
  /** Returns at once where the claim is certain to hold; else waits for the state. Throws `lease-lost`. */
  check(claim: Held): void | Promise<void>;
  /** Prolongs them all. */
  renew(): Promise<void>;
  now(): Moment;
}

/**
 * A claim. The path alone would not do: a process that was frozen may claim a file anew that others have had meanwhile, while its own
 * first attempt still waits for an answer.
 */
export interface Held {
  readonly path: string;
  readonly token: number;
}

/** On both clocks: one stands still while the machine sleeps, the other may be set. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface LeaseOptions {
  readonly leaseMs: number;
  readonly world: Pick<World, 'monotonicMs' | 'wallMs'>;
  /** Returns the paths that are still held, with their tokens. */
  renew(): Promise<ReadonlyMap<string, number>>;
}

/** Two clocks never run at quite the same speed, and a write leaves a moment after its check. */
const CERTAIN = 7 / 8;

export function openLease({ leaseMs, world, renew: renewAll }: LeaseOptions): Lease {
  const confirmed = new Map<string, { readonly token: number; readonly since: Moment }>();
  let renewing: Promise<void> | undefined;

  const now = (): Moment => ({ monotonicMs: world.monotonicMs(), wallMs: world.wallMs() });

  const isKnown = ({ path, token }: Held) => confirmed.get(path)?.token === token;

  function holds(claim: Held): boolean {
    const since = isKnown(claim) ? confirmed.get(claim.path)?.since : undefined;
    if (!since) return false;
    const elapsedMs = Math.max(world.monotonicMs() - since.monotonicMs, world.wallMs() - since.wallMs);
    return elapsedMs < leaseMs * CERTAIN;
  }

  async function ask(): Promise<void> {
    const asked = [...confirmed].map(([path, { token }]) => ({ path, token }));
    const sent = now();
    const held = await renewAll();
    for (const claim of asked) {
      if (!isKnown(claim)) continue;
      const { path, token } = claim;
      if (held.get(path) === token) confirmed.set(path, { token, since: sent });
      else confirmed.delete(path);
    }
  }

  function renew(): Promise<void> {
    renewing ??= ask().finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  async function confirm(claim: Held): Promise<void> {
    // A renewal that was under way may have been answered long ago.
    await renewing?.catch(() => undefined);
    if (holds(claim)) return;
    if (isKnown(claim)) await renew();
    if (!holds(claim)) throw leaseLost(claim.path);
  }

  return {
    took(claims, sent) {
      for (const { path, token } of claims) confirmed.set(path, { token, since: sent });
    },
    gaveBack(claim) {
      if (isKnown(claim)) confirmed.delete(claim.path);
    },
    check: (claim) => (holds(claim) ? undefined : confirm(claim)),
    renew,
    now,
  };
}
