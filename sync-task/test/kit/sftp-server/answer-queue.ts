/** The way back to the client: answers of one turn leave together, late or out of order where a fault says so. */
import type { Duplex } from 'node:stream';
import type { Faults } from './options.ts';

export interface AnswerQueue {
  push(packet: Buffer): void;
  /** The requests that came together are carried out. */
  flush(): void;
  close(): void;
}

/** Joined below this size, so that a hundred small answers are one SSH packet; above it, copying costs more than it saves. */
const SMALL_BYTES = 4096;
/** Answers that are shuffled with each other: as many, or those of so many milliseconds. */
const SHUFFLE_COUNT = 8;
const SHUFFLE_MS = 3;

export function answerQueue(channel: Duplex, faults: Faults): AnswerQueue {
  let waiting: Buffer[] = [];
  let shuffling: Buffer[] = [];
  const timers = new Set<NodeJS.Timeout>();

  function later(delayMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, delayMs);
    timers.add(timer);
  }

  function send(packets: readonly Buffer[]): void {
    if (faults.delayMs) later(faults.delayMs, () => write(packets));
    else write(packets);
  }

  function write(packets: readonly Buffer[]): void {
    let small: Buffer[] = [];
    const flushSmall = () => {
      if (small.length > 0) put(Buffer.concat(small));
      small = [];
    };
    for (const packet of packets) {
      if (packet.length <= SMALL_BYTES) small.push(packet);
      else {
        flushSmall();
        put(packet);
      }
    }
    flushSmall();
  }

  /** What drips waits behind what dripped before. */
  let dripping: Promise<void> = Promise.resolve();
  function put(bytes: Buffer): void {
    if (faults.dripBytes) dripping = dripping.then(() => drip(bytes));
    else putAll(bytes);
  }
  async function drip(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length && channel.writable; ) {
      const piece = bytes.subarray(at, at + (faults.dripBytes ?? bytes.length));
      at += piece.length;
      putAll(piece);
      await new Promise(setImmediate);
    }
  }

  /** A client that does not take its answers is not asked for more requests. */
  function putAll(bytes: Buffer): void {
    if (!channel.writable || channel.write(bytes) || channel.isPaused()) return;
    channel.pause();
    channel.once('drain', () => channel.resume());
  }

  function release(): void {
    const packets = shuffling.reverse();
    shuffling = [];
    if (packets.length > 0) send(packets);
  }

  return {
    push: (packet) => waiting.push(packet),
    flush() {
      const packets = waiting;
      waiting = [];
      if (!faults.outOfOrder) return send(packets);
      for (const packet of packets) {
        if (shuffling.length === 0) later(SHUFFLE_MS, release);
        shuffling.push(packet);
        if (shuffling.length >= SHUFFLE_COUNT) release();
      }
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
