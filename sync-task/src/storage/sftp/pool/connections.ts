/**
 * The connections of one endpoint. The first is opened at once; more follow only when they pay: the round trip is long
 * enough for one connection's window to cap it, and what is in flight fills those that are there. A dead one is replaced
 * on the next use. Where the server refuses more, it stays at what it has for a while, and then tries one more.
 */

import { asSyncError } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import type { SftpChannel } from '../protocol/channel.ts';
import { type RequestOrder, requestOrder } from '../protocol/request-order.ts';
import { openSession, type SessionOptions, type SftpSession } from '../ssh/session.ts';
import { hasNativeCiphers } from '../ssh/ssh2.ts';
import { type HandleGate, handleGate } from './handle-gate.ts';
import { type Limits, measureRoundTrip, readLimits } from './limits.ts';
import { patience } from './patience.ts';

/** Once a process: both sides may be of SFTP. */
let hasToldOfCiphers = false;

export interface Connections {
  /** The least busy channel. Where none is alive it is connected again for as long as the user waits; then `server-lost`. */
  pick(): Promise<SftpChannel>;
  /**
   * The same for a file of so many bytes that stays on the channel: they count as its work until released. Where those
   * that are there have been given enough, it waits for one that is being opened.
   */
  reserve(bytes: number): Promise<Reservation>;
  readonly handles: HandleGate;
  /** Of requests on one handle. */
  readonly order: RequestOrder;
  readonly limits: Limits;
  /** Of the first connection. */
  readonly algorithms: readonly string[];
  /** The fingerprint of the host key that it showed. */
  readonly hostKey: string;
  readonly roundTripMs: number;
  /** Alive now. */
  readonly open: number;
  /** How many there may be. */
  readonly allowed: number;
  close(): Promise<void>;
}

export interface Reservation {
  readonly channel: SftpChannel;
  /** More often than once does nothing. */
  release(): void;
}

/** sshd's receive window is 2 MiB; from about here on a connection has enough to do. */
const BUSY_BYTES = 1024 * 1024;
/** Files of so many bytes are enough for one connection as long as another one is on its way. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
/** More than this gains nothing, and servers begin to refuse (OpenSSH's MaxStartups is 10). */
const MOST_CONNECTIONS = 8;
/** A login takes a dozen round trips; servers refuse too many that are not through yet (OpenSSH's MaxStartups). */
const OPENING_AT_ONCE = 4;
/** After a refusal one connection more is tried so long later, twice as long after the next one. */
const REFUSED_MS = 10_000;
const LONGEST_REFUSED_MS = 600_000;
/**
 * One connection more for each so many milliseconds of round trip: with windows of 2 MiB that is 400 MiB/s, more than one
 * process moves. Each costs a login, at both ends.
 */
const ROUND_TRIP_PER_CONNECTION_MS = 5;

export interface ConnectionsOptions extends SessionOptions {
  /** Of connections; undefined: by the measured round trip. */
  readonly connections: number | undefined;
  /** Tries to connect at the start; one where left out. */
  readonly attempts?: number;
  /** How long a server that was lost is tried again; once where left out. */
  readonly reconnectMs?: number;
  readonly log: Log;
  /** Aborted: nobody waits for a lost server any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Opens the first connection. Throws what `openSession` throws. */
export async function openConnections(options: ConnectionsOptions): Promise<Connections> {
  const { log, role, attempts = 1, reconnectMs = 0 } = options;
  const sessions = new Set<SftpSession>();
  const opening = new Set<Promise<SftpSession>>();
  /** Bytes of the files that stay on a channel. */
  const reserved = new WeakMap<SftpChannel, number>();
  /** Woken whenever a connection came, failed, or has less to do. */
  const waiting: (() => void)[] = [];
  const order = requestOrder(log, role);
  let closed = false;

  async function openOne(): Promise<SftpSession> {
    const session = await openSession(options);
    order.meet(session.identification, session.channel.extensions);
    if (closed) session.end();
    else sessions.add(session);
    return session;
  }
  function openAnother(): Promise<SftpSession> {
    const session = openOne().finally(() => {
      opening.delete(session);
      wake();
    });
    opening.add(session);
    return session;
  }

  function wake(): void {
    for (const resolve of waiting.splice(0)) resolve();
  }

  /** A connection that answers too little to be used is not kept: it would hold the process. */
  async function begin() {
    const session = await openAnother();
    const { channel, algorithms, hostKey } = session;
    try {
      const limits = await readLimits(channel);
      const roundTripMs = Math.min(await measureRoundTrip(channel), await measureRoundTrip(channel));
      return { limits, roundTripMs, algorithms, hostKey };
    } catch (error) {
      sessions.delete(session);
      session.end();
      throw error;
    }
  }

  const times = {
    ...{ attempts, role, log, signal: options.signal },
    ...{ startMs: options.connectTimeoutMs, lostMs: reconnectMs },
  };
  const { limits, roundTripMs, algorithms, hostKey } = await patience(begin, times).first();
  const reconnection = patience(openAnother, times);
  const wanted = Math.min(MOST_CONNECTIONS, Math.max(1, Math.ceil(roundTripMs / ROUND_TRIP_PER_CONNECTION_MS)));
  const most = options.connections ?? wanted;
  let allowed = most;
  let refusedMs = REFUSED_MS;
  let moreFromMs = 0;
  if (!hasNativeCiphers && !hasToldOfCiphers) {
    hasToldOfCiphers = true;
    const cost = `ssh2's native ciphers do not load in Node ${process.versions.node}: large files take more of its time`;
    log.debug(`${cost}; npm rebuild ssh2, with a compiler, brings them`);
  }
  log.debug('connected', {
    role,
    roundTripMs: Math.round(roundTripMs * 10) / 10,
    connections: allowed,
    ...limits,
  });

  /** Of a dead channel the connection may still stand, and would hold the process. */
  function alive(): SftpSession[] {
    for (const session of sessions) {
      if (!session.channel.failure) continue;
      sessions.delete(session);
      session.end();
    }
    return [...sessions];
  }

  /** Beside what is there: where it fails, who waits for it goes over that. */
  function openMore(): void {
    openAnother().catch((error: unknown) => {
      allowed = Math.max(1, alive().length);
      moreFromMs = performance.now() + refusedMs;
      refusedMs = Math.min(2 * refusedMs, LONGEST_REFUSED_MS);
      const why = asSyncError(error).message;
      log.info('the server takes no more connections', { role, connections: allowed, why });
    });
  }
  function mayOpenMore(open: number): boolean {
    if (allowed < most && open + opening.size >= allowed && performance.now() >= moreFromMs) allowed = open + 1;
    return open + opening.size < allowed && opening.size < OPENING_AT_ONCE;
  }

  const reservedOn = (channel: SftpChannel) => reserved.get(channel) ?? 0;
  const workOf = (channel: SftpChannel) => channel.bytesInFlight + reservedOn(channel);

  /** Undefined where none is alive. Opens one more where this one has enough to do. */
  function leastBusy(): SftpChannel | undefined {
    const candidates = alive();
    let least = candidates[0]?.channel;
    if (!least) return undefined;
    for (const { channel } of candidates) if (workOf(channel) < workOf(least)) least = channel;
    const isBusy = Math.max(least.bytesInFlight, reservedOn(least)) > BUSY_BYTES;
    if (isBusy && mayOpenMore(candidates.length)) openMore();
    return least;
  }
  async function pick(): Promise<SftpChannel> {
    return leastBusy() ?? (await reconnection.again()).channel;
  }

  return {
    limits,
    algorithms,
    hostKey,
    roundTripMs,
    order,
    handles: handleGate(limits.maxOpenHandles, log, role),
    get open() {
      return alive().length;
    },
    get allowed() {
      return allowed;
    },
    pick,
    async reserve(bytes) {
      let channel = leastBusy();
      while (bytes > 0 && channel && reservedOn(channel) >= ENOUGH_BYTES && opening.size > 0) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        channel = leastBusy(); // others that waited may have filled it: looked at and taken in one go
      }
      channel ??= await pick();
      reserved.set(channel, reservedOn(channel) + bytes);
      let released = false;
      return {
        channel,
        release() {
          if (released) return;
          released = true;
          reserved.set(channel, reservedOn(channel) - bytes);
          wake();
        },
      };
    },
    async close() {
      closed = true;
      await Promise.allSettled(opening); // its caller heard of a failure
      for (const session of sessions) session.end();
      sessions.clear();
    },
  };
}
