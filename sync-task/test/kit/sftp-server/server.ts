/**
 * An SFTP server in this process, on a loopback port, serving one folder: for tests, which can make it fail in every way
 * that a real one can, and for the demo. Its one external part is ssh2's SSH transport.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Connection } from 'ssh2';
import { fingerprintOf, knownHostsFor, newKeyPair, publicKeyOf } from '../ssh-keys.ts';
import ssh2 from '../ssh2.ts';
import { authenticate } from './authentication.ts';
import { confinedPaths } from './confined-paths.ts';
import { faultTriggers } from './fault-triggers.ts';
import { openHandles } from './handles.ts';
import type { Counters, Faults, SftpServer, SftpServerOptions, UserKeys } from './options.ts';
import { serveSession } from './session.ts';

export type { Counters, Faults, SftpEndpoint, SftpServer, SftpServerOptions } from './options.ts';

const host = '127.0.0.1';

export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const hostKey = options.hostKey ?? newKeyPair().privateKey;
  const publicKey = publicKeyOf(hostKey);
  const user = options.user ?? 'tester';
  const password = options.password ?? randomBytes(12).toString('base64url');
  const userKeys = options.userKeys ? newUserKeys() : undefined;
  const { keyboardInteractive = false, prompts } = options;
  const logins = { user, password, userKeys, keyboardInteractive, prompts };
  const faults: Faults = { ...options.faults };
  const counters = newCounters();
  const paths = confinedPaths(options.root);
  const triggers = faultTriggers(faults, counters);
  const connectionErrors: Error[] = [];
  const sockets = new Map<number, Socket>();

  const ssh = new ssh2.Server(
    { hostKeys: [hostKey, ...(options.moreHostKeys ?? [])], ident: options.identification ?? 'OpenSSH_9.9' },
    (connection, { port }) => serveConnection(connection, sockets.get(port)),
  );
  // An own listener keeps hold of the sockets: ssh2 has no public way to cut one.
  const listener = createServer({ noDelay: true }, (socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined || counters.openConnections >= (faults.maxConnections ?? Number.POSITIVE_INFINITY)) {
      socket.destroy();
      return;
    }
    counters.connections++;
    counters.openConnections++;
    sockets.set(remotePort, socket);
    socket.once('close', () => {
      counters.openConnections--;
      sockets.delete(remotePort);
    });
    ssh.injectSocket(socket);
  });

  function serveConnection(connection: Connection, socket: Socket | undefined): void {
    const number = counters.connections;
    const drop = () => socket?.destroy();
    let sessions = 0;
    connection.on('error', (error: Error) => connectionErrors.push(error));
    const wanted = [...(options.loginOrder ?? [])];
    connection.on('authentication', (context) => authenticate(context, logins, wanted));
    connection.on('session', (acceptSession, rejectSession) => {
      if (sessions >= (faults.maxSessions ?? Number.POSITIVE_INFINITY)) return rejectSession();
      sessions++;
      const session = acceptSession();
      session.once('close', () => sessions--);
      session.on('subsystem', (accept, reject, { name }) => {
        if (name !== 'sftp') return reject();
        const context = { paths, faults, counters, handles: openHandles(faults, counters) };
        const onRequest = (request: string) => options.onRequest?.(request, number);
        serveSession(accept() as unknown as Duplex, context, { triggers, drop, onRequest });
      });
    });
  }

  function dropConnections(): void {
    for (const socket of sockets.values()) socket.destroy();
  }

  async function stop(): Promise<void> {
    if (!listener.listening) return;
    const closed = once(listener, 'close');
    listener.close();
    dropConnections();
    await closed;
  }

  listener.listen(options.port ?? 0, host);
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    host,
    port,
    user,
    password,
    userKeys,
    hostKey,
    hostKeyFingerprint: fingerprintOf(publicKey),
    knownHosts: knownHostsFor(host, port, publicKey),
    root: options.root,
    remoteRoot: '/',
    faults,
    counters,
    connectionErrors,
    dropConnections,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function newUserKeys(): UserKeys {
  const passphrase = randomBytes(12).toString('base64url');
  return { plain: newKeyPair(), encrypted: newKeyPair(passphrase), passphrase };
}

function newCounters(): Counters {
  return {
    connections: 0,
    sessions: 0,
    requests: new Map(),
    bytesRead: 0,
    bytesWritten: 0,
    placed: new Map(),
    openConnections: 0,
    openSessions: 0,
    openHandles: 0,
    peakOpenHandles: 0,
  };
}
