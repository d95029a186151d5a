/** Makes the stream that leads to a server: a socket, through a proxy where there is one, and a tunnel for each jump host. */
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SyncError } from '../../../base/errors.ts';
import { connectThrough } from '../../proxy.ts';
import { logIn, type SshServer } from './login.ts';
import { otherTypesOf } from './other-types.ts';
import { bulkSocket } from './socket.ts';
import { Client } from './ssh2.ts';
import { type SessionOptions, shownHost } from './way.ts';

/** To the first server on the way. */
export async function connectSocket(
  options: SessionOptions,
  first: SshServer,
  mayReuse: () => boolean,
): Promise<Socket> {
  const { proxy, role, jumps = [] } = options;
  const { host, port } = proxy ?? first;
  const connected = Promise.withResolvers<void>();
  // What a proxy says is read from the socket before ssh2 has it, and what comes from a jump host is kept for a while: both
  // need the plain kind.
  const socket =
    proxy || jumps.length > 0
      ? createConnection({ host, port, noDelay: true, keepAlive: true })
      : bulkSocket(host, port, mayReuse);
  const unreachable = (why: string, cause?: unknown) =>
    new SyncError(`${first.label}: cannot connect (${why}); check host, port and network`, {
      kind: 'transient',
      reason: 'unreachable',
      cause,
    });
  const timer = setTimeout(() => {
    connected.reject(unreachable(`no answer for ${Math.round(options.connectTimeoutMs / 1000)} s`));
    socket.destroy();
  }, options.connectTimeoutMs);
  socket.once('connect', connected.resolve);
  socket.once('error', (error: NodeJS.ErrnoException) => connected.reject(unreachable(describe(error), error)));
  try {
    await connected.promise;
    // The timer ends the socket, and that ends the proxy's answers.
    if (proxy) await connectThrough(socket, proxy, { host: first.host, port: first.port, role });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    socket.removeAllListeners();
  }
}

function describe(error: NodeJS.ErrnoException): string {
  const known: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    ENOTFOUND: 'unknown host name',
    EAI_AGAIN: 'host name lookup failed',
    EHOSTUNREACH: 'no route to host',
    ENETUNREACH: 'network unreachable',
    ETIMEDOUT: 'no answer',
  };
  return known[error.code ?? ''] ?? (error.message || error.code || 'connection failed');
}

/** One more client, to be ended with the others. */
export function newClient(clients: Client[]): Client {
  const client = new Client();
  // A broken connection may tell more than once, also when nobody asks any more; unheard it would end the process.
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

/** Logs in to each server on the way and has it connect to the next one. Returns the stream that leads to the last. */
export async function jump(
  socket: Socket,
  way: readonly SshServer[],
  clients: Client[],
  options: SessionOptions,
): Promise<Duplex> {
  let leading: Duplex = socket;
  for (const [index, hop] of way.slice(0, -1).entries()) {
    const client = newClient(clients);
    await logIn(client, leading, hop, { ...options, otherTypes: otherTypesOf(hop) });
    leading = await forward(client, hop, way[index + 1] as SshServer, options.connectTimeoutMs);
  }
  return leading;
}

/** OpenSSH's answers to a forwarding that its configuration does not allow (RFC 4254 section 5.1). */
const PROHIBITED = 1;

function forward(client: Client, hop: SshServer, next: SshServer, timeoutMs: number): Promise<Duplex> {
  const place = `${shownHost(next.host)}:${next.port}`;
  return new Promise((resolve, reject) => {
    const failed = (why: string, kind: 'transient' | 'permission', advice: string, cause?: unknown) =>
      reject(
        new SyncError(`${hop.label}: cannot connect onward to ${place} (${why}); ${advice}`, {
          kind,
          reason: 'jump',
          cause,
        }),
      );
    const timer = setTimeout(() => {
      failed(
        `no answer for ${Math.round(timeoutMs / 1000)} s`,
        'transient',
        'check that this host and port can be reached from there',
      );
    }, timeoutMs);
    client.once('close', () => failed('the connection was closed', 'transient', 'run again'));
    client.forwardOut('127.0.0.1', 0, next.host, next.port, (error, stream) => {
      clearTimeout(timer);
      if (!error) return resolve(stream);
      if ((error as { reason?: unknown }).reason === PROHIBITED) {
        failed('it does not allow it', 'permission', 'ask its operator for AllowTcpForwarding and PermitOpen', error);
      } else failed(error.message, 'transient', 'check that this host and port can be reached from there', error);
    });
  });
}
