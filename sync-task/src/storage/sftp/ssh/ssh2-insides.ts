/**
 * Where ssh2 1.17 is used beyond its public interface: for speed on large files (the garbage of a packet each costs
 * more than its encryption), and for ways to log in that it does not know. The version is pinned; where its insides are not as they were nothing is changed, and ssh2
 * goes its own, slower way. `ssh2-insides.test.ts` fails then.
 */
import { randomFillSync } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import type { Client } from 'ssh2';

interface Insides {
  readonly _protocol?: {
    /** AES-GCM with the native addon. */
    readonly _cipher?: { allocPacket(payloadBytes: number): Buffer };
    /** Ours, while keys are exchanged: what came then is hashed later. */
    readonly _kexinit: Buffer | undefined;
    authPK?(...of: unknown[]): void;
    readonly _packetRW?: {
      readonly write?: {
        readonly allocStart: number;
        alloc(payloadBytes: number): Buffer;
        finalize(packet: Buffer): Buffer;
      };
    };
    readonly _handlers?: { USERAUTH_FAILURE?: (protocol: unknown, left: string[], partly: boolean) => void };
  };
  /** What the server called itself, without "SSH-2.0-". */
  readonly _remoteVer?: unknown;
}

const SLAB_BYTES = 512 * 1024;
const BLOCK_BYTES = 16;
const TAG_BYTES = 16;
const LEAST_PADDING_BYTES = 4;
const LENGTH_BYTES = 4;

/**
 * Makes room for outgoing packets in one slab that is used again and again. Call it after every key exchange: each makes a
 * new cipher. Returns whether it could.
 */
export function reusePacketRoom(client: Client, socket: Socket): boolean {
  const cipher = (client as Insides)._protocol?._cipher;
  if (cipher?.constructor.name !== 'AESGCMCipherBinding') return false;
  cipher.allocPacket = packetRoom(() => socket.writableLength === 0);
  return true;
}

/** Whether nothing that came in is looked at later: ssh2 keeps the other side's offer while keys are exchanged. */
export function keepsNothing(client: Client): boolean {
  const protocol = (client as Insides)._protocol;
  return protocol !== undefined && '_kexinit' in protocol && protocol._kexinit === undefined;
}

/**
 * Where a key was accepted and more is wanted, ssh2 offers the same key with its next algorithm, or the agent's next key, and
 * forgets what the server wants. This has it go on with the next way at once. To be called after `connect`.
 * @returns to be called when the next way is asked for: what the server said last
 */
export function goOnAfterPart(client: Client): () => { left: string[]; partly: boolean } | undefined {
  const protocol = (client as Insides)._protocol;
  const handlers = protocol?._handlers;
  const failed = handlers?.USERAUTH_FAILURE;
  if (!protocol || !handlers || !failed || typeof protocol.authPK !== 'function') return () => undefined;
  let said: { left: string[]; partly: boolean } | undefined;
  handlers.USERAUTH_FAILURE = (of, left, partly) => {
    said = { left, partly };
    if (!partly) return failed(of, left, partly);
    let isOffered: boolean;
    do {
      isOffered = false;
      protocol.authPK = () => {
        isOffered = true;
      };
      failed(of, left, partly);
    } while (isOffered);
    delete protocol.authPK;
  };
  return () => {
    delete protocol.authPK; // the method of the class is there again
    const last = said;
    if (said) said = { left: said.left, partly: false }; // told once
    return last;
  };
}

/**
 * In the next request that is sent the signature names that algorithm. ssh2 names the one that it announced, which for a certificate is
 * not what signed (OpenSSH's PROTOCOL.certkeys). To be called right before ssh2 is given the signature.
 */
export function signPlainly(client: Client, algorithm: string): void {
  const write = (client as Insides)._protocol?._packetRW?.write;
  if (typeof write?.finalize !== 'function' || typeof write.alloc !== 'function') return;
  const own = Object.hasOwn(write, 'finalize');
  const { finalize } = write;
  write.finalize = (packet) => {
    if (own) write.finalize = finalize;
    else delete (write as { finalize?: unknown }).finalize;
    const payload = withAlgorithm(packet.subarray(write.allocStart), algorithm);
    const mended = write.alloc(payload.length);
    mended.set(payload, write.allocStart);
    return finalize.call(write, mended);
  };
}

/** RFC 4252 section 7: a byte, user, service, method, a boolean, algorithm, key, and the signature: its algorithm and itself. */
function withAlgorithm(request: Buffer, algorithm: string): Buffer {
  const behind = (at: number) => at + LENGTH_BYTES + request.readUInt32BE(at);
  const methodEnd = behind(behind(behind(1)));
  const start = behind(behind(methodEnd + 1));
  const named = behind(start + LENGTH_BYTES);
  const signature = request.subarray(named, behind(named));
  const name = sized(Buffer.from(algorithm));
  return Buffer.concat([request.subarray(0, start), sized(Buffer.concat([name, signature]))]);
}

function sized(bytes: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The server's identification (RFC 4253 section 4.2) without "SSH-2.0-"; undefined where that is not known. */
export function identification(client: Client): string | undefined {
  const { _remoteVer } = client as Insides;
  return typeof _remoteVer === 'string' ? _remoteVer : undefined;
}

/** Whether the channel has encrypted so many bytes when `write` returns, and keeps no reference. */
export function takesNow(stream: Duplex, bytes: number): boolean {
  const { outgoing } = stream as { outgoing?: { readonly window?: number } };
  return stream.writableLength === 0 && (outgoing?.window ?? 0) >= bytes;
}

/** Hands incoming data on at once, never from a queue. */
export function flowAtOnce(stream: Readable): void {
  const push = stream.push;
  stream.push = (chunk: unknown) => {
    if (chunk === null || stream.listenerCount('data') === 0 || stream.readableLength > 0)
      return push.call(stream, chunk);
    return stream.emit('data', chunk);
  };
}

/**
 * RFC 4253 section 6: length, padding length, payload, padding of at least four bytes up to a whole block (the length does
 * not count with AES-GCM, RFC 5647 section 7.1); the tag follows.
 * @param isSent whether all that was allocated before has left
 */
export function packetRoom(isSent: () => boolean): (payloadBytes: number) => Buffer {
  let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let used = 0;
  const padding = paddingBytes();
  return (payloadBytes) => {
    const unpadded = 1 + payloadBytes;
    let padBytes = BLOCK_BYTES - (unpadded % BLOCK_BYTES);
    if (padBytes < LEAST_PADDING_BYTES) padBytes += BLOCK_BYTES;
    const bytes = LENGTH_BYTES + unpadded + padBytes + TAG_BYTES;
    if (isSent()) used = 0;
    if (used + bytes > slab.length) {
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
      used = 0;
    }
    const packet = slab.subarray(used, used + bytes);
    used += bytes;
    packet.writeUInt32BE(unpadded + padBytes, 0);
    packet[LENGTH_BYTES] = padBytes;
    padding(packet, LENGTH_BYTES + unpadded, padBytes);
    return packet;
  };
}

/** Random bytes, taken from the system many at a time, each used once. */
function paddingBytes(): (packet: Buffer, at: number, bytes: number) => void {
  const pool = Buffer.allocUnsafeSlow(16 * 1024);
  let used = pool.length;
  return (packet, at, bytes) => {
    if (used + bytes > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    pool.copy(packet, at, used, used + bytes);
    used += bytes;
  };
}
