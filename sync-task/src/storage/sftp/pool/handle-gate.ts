/**
 * How many files and folders may be open at a server. Few servers say it, and many just refuse with "failure", so it is
 * learnt: a refusal while others are open or being opened halves what is allowed, and the refused one waits for its turn
 * and is asked for again; every so many that succeed one more is allowed (additive increase, multiplicative decrease,
 * as TCP finds its share of a line). A refusal with nothing else open is about the file itself.
 */
import type { Log } from '../../../base/log.ts';
import { status } from '../protocol/packet.ts';
import { SftpStatus } from '../protocol/sftp-errors.ts';

export interface HandleGate {
  /**
   * Opens as soon as that is allowed, and once more whenever it was refused for want of handles. `open` is told whether it
   * was refused before. Throws what `open` throws otherwise.
   */
  open<T>(open: (again: boolean) => Promise<T>): Promise<Held<T>>;
  /** The same, but undefined where it is not allowed now: for those who hold one already and must not wait for another. */
  tryOpen<T>(open: () => Promise<T>): Promise<Held<T> | undefined>;
}

export interface Held<T> {
  /** What `open` gave. */
  readonly opened: T;
  /** To be called once it is closed, or its connection lost; more often does nothing. */
  release(): void;
}

/** A server that other clients share refuses now and then; a file that is refused so often has another trouble. */
const MOST_REFUSALS = 8;
/** So many must succeed, or as many as are allowed, before one more is tried: where few are allowed most would be refused. */
const LEAST_SUCCESSES = 16;

/** @param most undefined: not known */
export function handleGate(most: number | undefined, log: Log, role: string): HandleGate {
  let allowed = most ?? Number.POSITIVE_INFINITY;
  let open = 0;
  let opening = 0;
  /** How often something was begun to be opened. */
  let begun = 0;
  /** One for each time that `allowed` was lowered: what was asked for before that says nothing new. */
  let lowered = 0;
  let succeeded = 0;
  const waiting: (() => void)[] = [];

  const hasRoom = () => open + opening < allowed;

  function begin(): void {
    opening++;
    begun++;
  }

  function wake(): void {
    // A woken waiter has its place at once, so that nobody who comes meanwhile takes it.
    while (waiting.length > 0 && hasRoom()) {
      begin();
      waiting.shift()?.();
    }
  }

  async function place(): Promise<void> {
    if (waiting.length === 0 && hasRoom()) begin();
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function held<T>(opened: T): Held<T> {
    open++;
    if (++succeeded >= Math.max(allowed, LEAST_SUCCESSES) && allowed < (most ?? Number.POSITIVE_INFINITY)) {
      allowed++;
      succeeded = 0;
    }
    let released = false;
    return {
      opened,
      release() {
        if (released) return;
        released = true;
        open--;
        wake();
      },
    };
  }

  function lower(): void {
    allowed = Math.max(1, Math.floor(open / 2));
    lowered++;
    succeeded = 0;
    log.info('the server takes no more open files', { role, open, allowed });
  }

  return {
    async open(ask) {
      const before = allowed;
      for (let refusals = 0; ; refusals++) {
        await place();
        const asked = lowered;
        // Not as the refusal is heard of: the answer to another one's closing may be heard of before.
        const alone = open + opening === 1 ? begun : undefined;
        try {
          const opened = await ask(refusals > 0);
          opening--;
          const mine = held(opened);
          wake();
          return mine;
        } catch (error) {
          opening--;
          const wasAlone = alone === begun;
          if (!isRefusal(error) || wasAlone || refusals >= MOST_REFUSALS) {
            // It was about this file: what was taken from the others for its sake is given back.
            if (isRefusal(error) && refusals > 0) allowed = Math.max(allowed, before);
            wake();
            throw error;
          }
          if (asked === lowered) lower();
        }
      }
    },
    async tryOpen(ask) {
      if (waiting.length > 0 || !hasRoom()) return undefined;
      begin();
      const asked = lowered;
      try {
        return held(await ask());
      } catch (error) {
        if (!isRefusal(error)) throw error;
        if (asked === lowered) lower();
        return undefined;
      } finally {
        opening--;
        wake();
      }
    },
  };
}

/** All that version 3 of the protocol has for it. */
function isRefusal(error: unknown): boolean {
  return error instanceof SftpStatus && error.code === status.failure;
}
