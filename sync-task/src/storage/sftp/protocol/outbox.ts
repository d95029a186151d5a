/**
 * Sends packets in few pieces: small ones of one turn of the event loop are joined into one SSH packet, large content goes
 * through without a copy where the channel takes it at once. Either way the sender's memory is free again when `send`
 * returns.
 */
import type { Writable } from 'node:stream';

export interface Outbox {
  send(packet: Buffer, content?: Uint8Array): void;
}

/** What SSH packets usually carry at most (RFC 4254 section 5.2 lets the peer choose; OpenSSH and ssh2 choose this). */
const SSH_PACKET_BYTES = 32 * 1024;
/** From here on content is sent apart: copying it would cost more than the packet it saves. */
const LARGE_CONTENT_BYTES = 16 * 1024;

/** @param takesNow whether the stream is done with so many bytes when `write` returns; it keeps a reference where not */
export function outbox(stream: Writable, takesNow: (bytes: number) => boolean): Outbox {
  let joined: Buffer | undefined;
  let joinedBytes = 0;
  let scheduled = false;

  function flush(): void {
    scheduled = false;
    if (!joined || joinedBytes === 0) return;
    write(joined.subarray(0, joinedBytes));
    joinedBytes = 0;
  }
  /** Copies what the stream would keep. */
  function write(bytes: Uint8Array): void {
    if (stream.destroyed || !stream.writable) return; // the request that waits hears it from 'close'
    stream.write(takesNow(bytes.length) ? bytes : Buffer.from(bytes));
  }
  function join(bytes: Uint8Array): void {
    if (joinedBytes + bytes.length > SSH_PACKET_BYTES) flush();
    if (bytes.length > SSH_PACKET_BYTES) {
      write(bytes);
      return;
    }
    joined ??= Buffer.allocUnsafeSlow(SSH_PACKET_BYTES);
    joined.set(bytes, joinedBytes);
    joinedBytes += bytes.length;
  }

  return {
    send(packet, content) {
      join(packet);
      if (content && content.length >= LARGE_CONTENT_BYTES) {
        flush();
        write(content);
        return;
      }
      if (content) join(content);
      if (!scheduled) {
        scheduled = true;
        setImmediate(flush);
      }
    },
  };
}
