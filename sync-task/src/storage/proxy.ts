/** Asks a proxy, on a socket that is connected to it, for a connection to somewhere else: SOCKS 5 (RFC 1928, 1929) or HTTP CONNECT. */
import { once } from 'node:events';
import { isIPv4, isIPv6, type Socket } from 'node:net';
import { SyncError } from '../base/errors.ts';
import type { ProxyServer } from '../config/settings.ts';

/** Longer answers are no proxy's. */
const LONGEST_HEADER_BYTES = 16 * 1024;

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
  /** For messages: which endpoint, and the variables its settings come from. */
  readonly role: 'source' | 'target';
}

/** Resolves when the socket leads to the target. Throws `transient`, or `permission` where the proxy does not let us in. */
export async function connectThrough(socket: Socket, proxy: ProxyServer, target: ProxyTarget): Promise<void> {
  const bytes = incoming(socket, () => failure('transient', target, proxy, 'it closed the connection'));
  if (proxy.scheme === 'socks5') await socks(socket, bytes, proxy, target);
  else await httpConnect(socket, bytes, proxy, target);
  bytes.giveBack();
}

async function socks(socket: Socket, bytes: Incoming, proxy: ProxyServer, target: ProxyTarget): Promise<void> {
  const login = proxy.user !== '';
  socket.write(Buffer.from(login ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await bytes.take(2);
  if (version !== 5) throw failure('transient', target, proxy, 'it does not speak SOCKS 5');
  if (method === 2 && login) {
    const [user, password] = [Buffer.from(proxy.user), Buffer.from(proxy.password ?? '')];
    socket.write(Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]));
    if ((await bytes.take(2))[1] !== 0) throw notLetIn(target, proxy);
  } else if (method !== 0) throw notLetIn(target, proxy);
  const name = Buffer.from(target.host);
  // Names and addresses alike are given as text: the proxy resolves them, as it may know names that we don't.
  const port = Buffer.from([target.port >> 8, target.port & 0xff]);
  const address = isIPv4(target.host)
    ? Buffer.from([1, ...target.host.split('.').map(Number)])
    : Buffer.concat([Buffer.from([3, name.length]), name]);
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), address, port]));
  const [, reply, , kind] = await bytes.take(4);
  if (reply !== 0) throw failure('transient', target, proxy, socksReplies[reply ?? 1] ?? `it answered ${reply}`);
  const bound = kind === 1 ? 4 : kind === 4 ? 16 : ((await bytes.take(1))[0] ?? 0);
  await bytes.take(bound + 2);
}

const socksReplies: Readonly<Record<number, string>> = {
  1: 'it failed',
  2: 'its rules do not allow this connection',
  3: 'it finds the network unreachable',
  4: 'it finds the host unreachable',
  5: 'the connection behind it was refused',
};

async function httpConnect(socket: Socket, bytes: Incoming, proxy: ProxyServer, target: ProxyTarget): Promise<void> {
  const place = `${isIPv6(target.host) ? `[${target.host}]` : target.host}:${target.port}`;
  const basic = Buffer.from(`${proxy.user}:${proxy.password ?? ''}`).toString('base64');
  const login = proxy.user === '' ? '' : `Proxy-Authorization: Basic ${basic}\r\n`;
  socket.write(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n${login}\r\n`);
  let header = '';
  while (!header.endsWith('\r\n\r\n')) {
    if (header.length > LONGEST_HEADER_BYTES) throw failure('transient', target, proxy, 'it does not speak HTTP');
    header += String.fromCharCode((await bytes.take(1))[0] as number);
  }
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(header)?.[1]);
  if (status === 407) throw notLetIn(target, proxy);
  if (!(status >= 200 && status < 300)) throw failure('transient', target, proxy, `it answered ${status}`);
}

interface Incoming {
  take(bytes: number): Promise<Buffer>;
  /** What came behind the proxy's own answer goes back to the socket: it is the server's. */
  giveBack(): void;
}

function incoming(socket: Socket, ended: () => SyncError): Incoming {
  let held = Buffer.alloc(0);
  return {
    async take(bytes) {
      while (held.length < bytes) {
        const more: Buffer | null = socket.read();
        if (more) held = Buffer.concat([held, more]);
        else {
          if (socket.readableEnded || socket.destroyed) throw ended();
          const leaving = new AbortController();
          const { signal } = leaving;
          await Promise.race([
            once(socket, 'readable', { signal }),
            once(socket, 'end', { signal }),
            once(socket, 'close', { signal }),
          ])
            .catch(() => undefined) // the next turn sees that it is destroyed
            .finally(() => leaving.abort());
        }
      }
      const taken = held.subarray(0, bytes);
      held = held.subarray(bytes);
      return taken;
    },
    giveBack() {
      if (held.length > 0) socket.unshift(held);
    },
  };
}

function notLetIn(target: ProxyTarget, proxy: ProxyServer): SyncError {
  const variable = `SYNC_TASK_${target.role.toUpperCase()}_PROXY_PASSWORD`;
  const where = proxy.from === undefined ? `its user and ${variable}` : 'the user and password there';
  return failure('permission', target, proxy, `it did not let us in; check ${where}`);
}

/** For who connects: the proxy itself is not reached, or does not do what it is asked to. */
export function failure(
  kind: 'transient' | 'permission',
  { role, host, port }: ProxyTarget,
  proxy: ProxyServer,
  why: string,
): SyncError {
  return new SyncError(
    `${role} ${host}:${port}: cannot connect through the proxy ${proxy.label}: ${why}; check ${proxy.from ?? `--${role}-proxy`}`,
    { kind, reason: 'proxy' },
  );
}
