/** One SSH connection with one SFTP channel on it, through whatever stands between us and the server. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { asSyncError, SyncError } from '../../../base/errors.ts';
import type { Credentials } from '../../../config/settings.ts';
import { openSftpChannel, type SftpChannel } from '../protocol/channel.ts';
import { connectSocket, jump, newClient } from './connect.ts';
import { hostKeyCheck, OtherHostKey } from './host-key.ts';
import { logIn, type SshServer } from './login.ts';
import { otherTypesOf } from './other-types.ts';
import type { Client } from './ssh2.ts';
import { flowAtOnce, identification, keepsNothing, reusePacketRoom, takesNow } from './ssh2-insides.ts';
import { jumpServers, type SessionOptions, serverOf } from './way.ts';

export type { SessionOptions };

export interface SftpSession {
  readonly channel: SftpChannel;
  /** What both sides settled on: key exchange, host key, cipher and, where the cipher needs one, MAC. */
  readonly algorithms: readonly string[];
  /** The fingerprint of the server's host key. */
  readonly hostKey: string;
  /** What the server calls itself, without "SSH-2.0-"; undefined where that is not known. */
  readonly identification: string | undefined;
  end(): void;
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
