/** One SSH connection with one SFTP channel on it, through whatever stands between us and the server. */
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { asSyncError, SyncError } from '../../../base/errors.ts';
import type { Credentials, JumpHost, Location, ProxyServer } from '../../../config/settings.ts';
import { connectThrough } from '../../proxy.ts';
import { openSftpChannel, type SftpChannel } from '../protocol/channel.ts';
import { hostKeyCheck, OtherHostKey } from './host-key.ts';
import { logIn, type SshServer } from './login.ts';
import { bulkSocket } from './socket.ts';
import { Client } from './ssh2.ts';
import { flowAtOnce, identification, keepsNothing, reusePacketRoom, takesNow } from './ssh2-insides.ts';

export interface SessionOptions {
  readonly location: Location;
  readonly credentials: Credentials;
  readonly proxy?: ProxyServer | undefined;
  /** The nearest first; behind the proxy, where there is one. */
  readonly jumps?: readonly JumpHost[] | undefined;
  readonly legacyAlgorithms?: boolean;
  readonly role: 'source' | 'target';
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly keepaliveMs: number;
}

export interface SftpSession {
  readonly channel: SftpChannel;
  /** What both sides settled on: key exchange, host key, cipher and, where the cipher needs one, MAC. */
  readonly algorithms: readonly string[];
  /** The fingerprint of the server's host key. */
  readonly hostKey: string;
  /** What the server calls itself, without "SSH-2.0-"; undefined where it can't be told. */
  readonly identification: string | undefined;
  end(): void;
}

/** Types of host keys by the server that showed them although another one is known: no connection asks for them again. */
const otherTypes = new WeakMap<Credentials, Map<string, Set<string>>>();

function otherTypesOf({ credentials, label }: SshServer): Set<string> {
  const servers = otherTypes.get(credentials) ?? new Map<string, Set<string>>();
  otherTypes.set(credentials, servers);
  const types = servers.get(label) ?? new Set<string>();
  servers.set(label, types);
  return types;
}

/**
 * Connects, checks the host keys, logs in and starts SFTP. Throws `transient` or `permission`. A server has several host keys
 * and shows one: where that is not the one that is known it is asked for the others.
 */
export async function openSession(options: SessionOptions): Promise<SftpSession> {
  // What is wrong with a setting is said before anything is connected.
  for (const { credentials, host, port, ...named } of [...jumpServers(options), serverOf(options)]) {
    hostKeyCheck(credentials, host, port, named);
  }
  let refusal: OtherHostKey | undefined;
  const tried = new Set<string>();
  for (;;) {
    try {
      return await openOnce(options);
    } catch (error) {
      if (refusal && isNothingElse(error)) {
        refusal.types.clear();
        throw refusal;
      }
      if (!(error instanceof OtherHostKey) || tried.has(error.type)) throw error;
      refusal ??= error;
      tried.add(error.type);
      error.types.add(error.type);
    }
  }
}

/** How a server that was asked for the keys that it has not shown yet says that there are none; some close the connection. */
function isNothingElse(error: unknown): boolean {
  return error instanceof SyncError && (error.reason === 'no-common-algorithm' || error.reason === 'unreachable');
}

/** No key has it. */
const NO_FINGERPRINT = `SHA256:${'A'.repeat(43)}`;

/** The host keys of a server, one of each type: it shows one a connection. Nobody logs in. Throws what `openSession` throws. */
export async function shownHostKeys(options: SessionOptions): Promise<readonly Buffer[]> {
  const credentials: Credentials = {
    password: undefined,
    privateKey: undefined,
    passphrase: undefined,
    agent: undefined,
    knownHosts: undefined,
    hostKey: NO_FINGERPRINT,
    insecureIgnoreHostKey: false,
  };
  const asked = { ...options, credentials };
  const types = otherTypesOf(serverOf(asked));
  const keys: Buffer[] = [];
  for (;;) {
    try {
      const session = await openOnce(asked);
      session.end();
      throw new Error('a server was let in that shows no known key');
    } catch (error) {
      if (keys.length > 0 && isNothingElse(error)) return keys;
      if (!(error instanceof OtherHostKey) || error.types !== types || types.has(error.type)) throw error;
      types.add(error.type);
      keys.push(error.key);
    }
  }
}

async function openOnce(options: SessionOptions): Promise<SftpSession> {
  const clients: Client[] = [];
  const client = newClient(clients);
  let algorithms: readonly string[] = [];
  client.on('handshake', ({ kex, serverHostKey, cs }) => {
    algorithms = [kex, serverHostKey, cs.cipher, cs.mac].filter((name) => name !== '');
  });
  let socket: Socket | undefined;
  const endAll = () => {
    for (const each of clients) each.end();
    socket?.unref();
  };
  try {
    let ready = false;
    const server = serverOf(options);
    const way = [...jumpServers(options), server];
    const direct = way.length === 1;
    socket = await connectSocket(options, way[0] ?? server, () => ready && keepsNothing(client));
    const leading = await jump(socket, way, clients, options);
    // Every key exchange makes a new cipher.
    if (direct) client.on('handshake', () => reusePacketRoom(client, socket as Socket));
    const hostKey = await logIn(client, leading, server, { ...options, otherTypes: otherTypesOf(server) });
    const stream = await openSubsystem(client, server, options.connectTimeoutMs);
    flowAtOnce(stream);
    const channel = await openSftpChannel(stream, server.label, options.idleTimeoutMs, (bytes) =>
      takesNow(stream, bytes),
    );
    ready = true;
    // Whatever breaks from now on reaches the channel as the end of its stream.
    client.on('error', (error) => stream.destroy(error));
    return { channel, algorithms, hostKey, identification: identification(client), end: endAll };
  } catch (error) {
    for (const each of clients) each.destroy();
    socket?.destroy();
    throw asSyncError(error);
  }
}

function newClient(clients: Client[]): Client {
  const client = new Client();
  // A broken connection may tell more than once, also when nobody asks any more; unheard it would end the process.
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

/** Logs in to each server on the way and has it connect to the next one. Returns the stream that leads to the last. */
async function jump(
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

const shownHost = (host: string) => (host.includes(':') ? `[${host}]` : host);

function serverOf({ location, credentials, legacyAlgorithms = false, role }: SessionOptions): SshServer {
  const { host, port, user } = location;
  const variable = `SYNC_TASK_${role.toUpperCase()}`;
  const label = `${role} ${shownHost(host)}:${port}`;
  return { host, port, user, credentials, legacyAlgorithms, label, role, variable };
}

function jumpServers({ jumps = [], role, legacyAlgorithms = false }: SessionOptions): readonly SshServer[] {
  return jumps.map((hop, index) => ({
    ...hop,
    legacyAlgorithms,
    role,
    variable: `SYNC_TASK_${role.toUpperCase()}_JUMP`,
    label: `${role} jump host ${hop.user}@${shownHost(hop.host)}:${hop.port} (hop ${index + 1} of ${jumps.length})`,
  }));
}

/** To the first server on the way. */
async function connectSocket(options: SessionOptions, first: SshServer, mayReuse: () => boolean): Promise<Socket> {
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

async function openSubsystem(client: Client, server: SshServer, timeoutMs: number): Promise<Duplex> {
  const opened = Promise.withResolvers<Duplex>();
  const refused = (why: string, cause?: Error) => opened.reject(sessionRefused(why, server, cause));
  // Some servers go on answering keepalives, and nothing else.
  const timer = setTimeout(() => refused(`no answer for ${Math.round(timeoutMs / 1000)} s`), timeoutMs);
  client.once('close', () => refused('the connection was closed'));
  client.subsys('sftp', (error, stream) => {
    if (error) refused(error.message, error);
    else opened.resolve(stream as unknown as Duplex);
  });
  return opened.promise.finally(() => clearTimeout(timer));
}

function sessionRefused(why: string, { label }: SshServer, cause: Error | undefined): SyncError {
  return new SyncError(
    `${label}: the server offers no SFTP session (${why}); lower --connections, or ask for the sftp subsystem`,
    { kind: 'transient', reason: 'session-refused', cause },
  );
}
