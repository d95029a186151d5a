/**
 * Collects what is sent in one turn of the event loop and writes it in few pieces: small requests are joined into one
 * SSH packet, large content goes through without a copy.
 */
import type { Writable } from 'node:stream';

export interface Outbox {
  send(packet: Buffer, content?: readonly Uint8Array[]): void;
}

/** What SSH packets usually carry at most (RFC 4254 section 5.2 lets the peer choose; OpenSSH and ssh2 choose this). */
const SSH_PACKET_BYTES = 32 * 1024;
/** From here on a piece is sent by itself: copying it would cost more than the packet it saves. */
const LARGE_PIECE_BYTES = 16 * 1024;
/** Waiting for more than this gains nothing. */
const FLUSH_BYTES = 256 * 1024;

export function outbox(stream: Writable): Outbox {
  let queue: Uint8Array[] = [];
  let queuedBytes = 0;
  let scheduled = false;

  function flush(): void {
    scheduled = false;
    const pieces = queue;
    queue = [];
    queuedBytes = 0;
    if (stream.destroyed || !stream.writable) return; // whoever waits for the answer hears it from 'close'
    let run: Uint8Array[] = [];
    let runBytes = 0;
    const writeRun = () => {
      const [only] = run;
      if (only) stream.write(run.length === 1 ? only : Buffer.concat(run, runBytes));
      run = [];
      runBytes = 0;
    };
    for (const piece of pieces) {
      if (runBytes + piece.length > SSH_PACKET_BYTES || piece.length >= LARGE_PIECE_BYTES) writeRun();
      run.push(piece);
      runBytes += piece.length;
    }
    writeRun();
  }

  return {
    send(packet, content = []) {
      queue.push(packet, ...content);
      queuedBytes += packet.length;
      for (const piece of content) queuedBytes += piece.length;
      if (queuedBytes >= FLUSH_BYTES) flush();
      else if (!scheduled) {
        scheduled = true;
        setImmediate(flush);
      }
    },
  };
}
