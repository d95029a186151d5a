/** One SSH connection with one SFTP channel on it. The only file that imports ssh2. */
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type ConnectConfig } from 'ssh2';
import type { Credentials, Location, ProxyPlace } from '../../config/settings.ts';
import { asSyncError, SyncError } from '../../errors.ts';
import { openSftpChannel, type SftpChannel } from './channel.ts';
import { hostKeyCheck } from './host-key.ts';
import { connectThrough } from './proxy.ts';
import { bulkSocket } from './socket.ts';
import { flowAtOnce, keepsNothing, reusePacketRoom, takesNow } from './ssh2-insides.ts';

export interface SessionOptions {
  readonly location: Location;
  readonly credentials: Credentials;
  readonly proxy?: ProxyPlace | undefined;
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
  end(): void;
}

/** Of the ciphers that both sides know the fastest goes first: AES-GCM has hardware and no separate MAC. */
const FAST_CIPHERS = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'] as const;
const RSA_ALGORITHMS = ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] as const;
/** With known weaknesses, for servers that know nothing better; only where the user says so. */
const LEGACY: ssh2.Algorithms = {
  kex: appended('diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'),
  hmac: appended('hmac-sha1', 'hmac-md5'),
};
const LEGACY_CIPHERS = ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'] as const;
const KEEPALIVES_UNANSWERED = 3;

/** Connects, checks the host key, logs in and starts SFTP. Throws `transient` or `permission`. */
export async function openSession(options: SessionOptions): Promise<SftpSession> {
  const client = new ssh2.Client();
  // A broken connection may tell more than once, also when nobody asks any more; unheard it would end the process.
  client.on('error', () => undefined);
  let algorithms: readonly string[] = [];
  client.on('handshake', ({ kex, serverHostKey, cs }) => {
    algorithms = [kex, serverHostKey, cs.cipher, cs.mac].filter((name) => name !== '');
  });
  let socket: Socket | undefined;
  try {
    let ready = false;
    socket = await connectSocket(options, () => ready && keepsNothing(client));
    const stream = await openSubsystem(client, socket, options);
    flowAtOnce(stream);
    const channel = await openSftpChannel(stream, label(options), options.idleTimeoutMs, (bytes) =>
      takesNow(stream, bytes),
    );
    ready = true;
    // Whatever breaks from now on reaches the channel as the end of its stream.
    client.on('error', (error) => stream.destroy(error));
    return {
      channel,
      algorithms,
      end() {
        client.end();
        socket?.unref();
      },
    };
  } catch (error) {
    client.destroy();
    socket?.destroy();
    throw asSyncError(error);
  }
}

function label({ role, location }: SessionOptions): string {
  const host = location.host.includes(':') ? `[${location.host}]` : location.host;
  return `${role} ${host}:${location.port}`;
}

async function connectSocket(options: SessionOptions, mayReuse: () => boolean): Promise<Socket> {
  const { proxy, location } = options;
  const { host, port } = proxy ?? location;
  const connected = Promise.withResolvers<void>();
  // What a proxy says is read from the socket before ssh2 has it, which needs the plain kind.
  const socket = proxy
    ? createConnection({ host, port, noDelay: true, keepAlive: true })
    : bulkSocket(host, port, mayReuse);
  const unreachable = (why: string, cause?: unknown) =>
    new SyncError(`${label(options)}: cannot connect (${why}); check host, port and network`, {
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
    const { role } = options;
    // The timer ends the socket, and that ends the proxy's answers.
    if (proxy) await connectThrough(socket, proxy, { host: location.host, port: location.port, role });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    socket.removeAllListeners();
  }
}

function appended<A extends string>(...names: A[]): ssh2.AlgorithmList<A> {
  return { append: names, prepend: [], remove: [] } as unknown as ssh2.AlgorithmList<A>;
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

function openSubsystem(client: ssh2.Client, socket: Socket, options: SessionOptions): Promise<Duplex> {
  const { location, credentials, role } = options;
  const hostKeys = hostKeyCheck(credentials, location.host, location.port, role);
  let refusedKey: SyncError | undefined;
  return new Promise((resolve, reject) => {
    const config: ConnectConfig = {
      sock: socket,
      username: location.user,
      readyTimeout: options.connectTimeoutMs,
      keepaliveInterval: options.keepaliveMs,
      keepaliveCountMax: KEEPALIVES_UNANSWERED,
      algorithms: {
        cipher: {
          remove: [...FAST_CIPHERS],
          prepend: [...FAST_CIPHERS],
          append: options.legacyAlgorithms ? [...LEGACY_CIPHERS] : [],
        },
        ...(options.legacyAlgorithms ? LEGACY : {}),
        serverHostKey: preferred(hostKeys.preferredTypes),
      },
      hostVerifier: (key: Buffer) => {
        refusedKey = hostKeys.refuse(key);
        return refusedKey === undefined;
      },
      ...authentication(credentials),
    };
    client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) => {
      answer(prompts.map(() => credentials.password ?? ''));
    });
    client.once('error', (error: Error & { level?: string }) => reject(refusedKey ?? explain(error, options)));
    client.once('close', () => reject(refusedKey ?? explain(new Error('the server closed the connection'), options)));
    // Every key exchange makes a new cipher.
    client.on('handshake', () => reusePacketRoom(client, socket));
    client.once('ready', () => {
      client.subsys('sftp', (error, stream) => {
        if (error) reject(sessionRefused(error, options));
        else resolve(stream as unknown as Duplex);
      });
    });
    try {
      client.connect(config);
    } catch (error) {
      // ssh2 throws here when it cannot read the private key; its message never holds the key.
      reject(
        new SyncError(
          `${label(options)}: the private key cannot be used (${(error as Error).message}); check ` +
            `SYNC_TASK_${role.toUpperCase()}_PRIVATE_KEY and SYNC_TASK_${role.toUpperCase()}_PASSPHRASE`,
          { kind: 'permission', reason: 'bad-private-key', cause: error },
        ),
      );
    }
  });
}

function authentication(credentials: Credentials): Partial<ConnectConfig> {
  return {
    ...(credentials.password === undefined ? {} : { password: credentials.password, tryKeyboard: true }),
    ...(credentials.privateKey === undefined ? {} : { privateKey: credentials.privateKey }),
    ...(credentials.passphrase === undefined ? {} : { passphrase: credentials.passphrase }),
    ...(credentials.agent === undefined ? {} : { agent: credentials.agent }),
  };
}

/** ssh2 keeps an algorithm's place when it is listed already, so it is removed first. */
function preferred(types: readonly string[]): ssh2.AlgorithmList<ssh2.ServerHostKeyAlgorithm> {
  const first = types.flatMap((type) => (type === 'ssh-rsa' ? RSA_ALGORITHMS : [type]));
  const known = first.filter((type) =>
    /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|rsa-sha2-(256|512)|ssh-rsa)$/.test(type),
  );
  return { remove: known, prepend: known, append: [] } as unknown as ssh2.AlgorithmList<ssh2.ServerHostKeyAlgorithm>;
}

function explain(error: Error & { level?: string }, options: SessionOptions): SyncError {
  const { role, location } = options;
  if (error.level === 'client-authentication' || error.level === 'agent') {
    const variable = `SYNC_TASK_${role.toUpperCase()}`;
    return new SyncError(
      `${label(options)}: user ${location.user} was not let in; check the user name and ${variable}_PASSWORD or ${variable}_PRIVATE_KEY`,
      { kind: 'permission', reason: 'authentication', cause: error },
    );
  }
  if (/no matching/i.test(error.message)) {
    return new SyncError(
      `${label(options)}: no common algorithm (${error.message}); the server may be too old (--${role}-legacy-algorithms) or too strict`,
      {
        kind: 'permanent',
        reason: 'no-common-algorithm',
        cause: error,
      },
    );
  }
  return new SyncError(`${label(options)}: SSH failed (${error.message}); check that an SSH server listens there`, {
    kind: 'transient',
    reason: 'unreachable',
    cause: error,
  });
}

function sessionRefused(error: Error, options: SessionOptions): SyncError {
  return new SyncError(
    `${label(options)}: the server offers no SFTP session (${error.message}); lower --connections, or ask for the sftp subsystem`,
    { kind: 'transient', reason: 'session-refused', cause: error },
  );
}
