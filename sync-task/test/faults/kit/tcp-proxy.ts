/** Between a client and a server: a bad network. One process, loopback alone, everything settable while it runs. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout } from 'node:timers/promises';

export interface NetworkFaults {
  /** Each way. */
  delayMs?: number;
  /** Each way, for each connection. */
  bytesPerSecond?: number;
  /**
   * What a lost packet looks like to who reads the stream: everything behind it waits until it was sent again. Of 100 chunks
   * so many, for so long; `random` gives 0 to 1.
   */
  stalls?: { readonly percent: number; readonly ms: number; readonly random: () => number };
  /** Connections are reset once they carried that many bytes both ways; asked anew for each connection. */
  resetAfterBytes?: () => number | undefined;
  /** So many connections go silent once they carried that many bytes: open at both ends, nothing arrives any more. */
  silence?: { connections: number; readonly afterBytes: number };
}

export interface TcpProxy {
  readonly port: number;
  readonly faults: NetworkFaults;
  readonly counters: { connections: number; bytes: number; resets: number; silenced: number; stalls: number };
  stop(): Promise<void>;
}

const host = '127.0.0.1';

export async function startTcpProxy(targetPort: number, faults: NetworkFaults = {}): Promise<TcpProxy> {
  const counters = { connections: 0, bytes: 0, resets: 0, silenced: 0, stalls: 0 };
  const sockets = new Set<Socket>();

  const listener = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: targetPort, host, noDelay: true });
    const resetAfterBytes = faults.resetAfterBytes?.();
    let bytes = 0;
    let silent = false;
    counters.connections++;

    function reset(): void {
      for (const socket of [near, far]) {
        sockets.delete(socket);
        // One that is being shut down can't be reset: libuv refuses, and Node then waits for its end for ever.
        if (socket.writableEnded) socket.destroy();
        else if (!socket.destroyed) socket.resetAndDestroy();
      }
    }
    async function pass(chunk: Buffer): Promise<Buffer | undefined> {
      bytes += chunk.length;
      counters.bytes += chunk.length;
      if (resetAfterBytes !== undefined && bytes > resetAfterBytes && !near.destroyed) {
        counters.resets++;
        reset();
      }
      if (!silent && faults.silence && faults.silence.connections > 0 && bytes > faults.silence.afterBytes) {
        silent = true;
        faults.silence.connections--;
        counters.silenced++;
      }
      if (silent) return undefined;
      if (faults.stalls && faults.stalls.random() * 100 < faults.stalls.percent) {
        counters.stalls++;
        await setTimeout(faults.stalls.ms);
      }
      if (faults.bytesPerSecond) await setTimeout((chunk.length / faults.bytesPerSecond) * 1000);
      return chunk;
    }
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', reset);
      from.on('close', reset);
      from
        .pipe(throttle(pass))
        .pipe(delay(() => faults.delayMs ?? 0))
        .pipe(to);
    }
  });
  listener.listen(0, host);
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    faults,
    counters,
    async stop() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function throttle(pass: (chunk: Buffer) => Promise<Buffer | undefined>): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      pass(chunk).then((passed) => done(null, passed), done);
    },
  });
}

/** In order, without holding up what comes after. */
function delay(delayMs: () => number): Transform {
  let last: Promise<unknown> = Promise.resolve();
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const waited = delayMs() === 0 ? undefined : setTimeout(delayMs());
      last = last.then(() => waited).then(() => void this.push(chunk));
      done();
    },
    flush(done: TransformCallback) {
      void last.then(() => done());
    },
  });
}
