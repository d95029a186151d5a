/**
 * The connections to a cloud's servers, through a proxy where the option or the environment names one: SOCKS 5, or HTTP CONNECT,
 * for https and http alike. One pair of Node's own agents serves every client, so that all of them treat a proxy alike.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getCACertificates, connect as secure } from 'node:tls';
import { SyncError } from '../../base/errors.ts';
import type { ProxyServer, WebServer } from '../../config/settings.ts';
import { connectThrough, failure } from '../proxy.ts';
import type { OpenOptions } from '../storage-module.ts';

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  destroy(): void;
}

/** Machines ask these about themselves; no proxy can. */
const ownHosts = ['169.254.169.254', '169.254.170.2', '169.254.170.23', 'fd00:ec2::254', 'metadata.google.internal'];

type Connected = (error: Error | null, socket?: Duplex) => void;
interface Wanted {
  readonly host?: string | null;
  readonly port?: number | string | null;
  readonly servername?: string;
}

/** Throws `usage` where the file of certificates cannot be read. */
export function openAgents(options: OpenOptions, agentOptions: AgentOptions = {}, caFile?: string): Agents {
  const ca = caFile === undefined ? {} : { ca: [...getCACertificates('default'), certificates(caFile, options.role)] };
  const common = { keepAlive: true, ...agentOptions };
  const http = new HttpAgent(common);
  const https = new HttpsAgent({ ...common, ...ca });
  const { proxyTo } = options.endpoint;
  if (proxyTo) {
    for (const [agent, scheme] of [[http, 'http'] as const, [https, 'https'] as const]) {
      const direct = agent.createConnection.bind(agent);
      agent.createConnection = (wanted: Wanted, connected: Connected) => {
        const host = String(wanted.host ?? 'localhost').replace(/^\[(.*)\]$/, '$1');
        const server = { scheme, host, port: Number(wanted.port) };
        const proxy = ownHosts.includes(host) ? undefined : proxyTo(server);
        if (!proxy) return direct(wanted as never, connected as never);
        tunnel(options, proxy, server)
          .then((socket) => (scheme === 'https' ? secured(socket, server, wanted) : socket))
          .then(
            (socket) => connected(null, socket),
            (error: Error) => connected(error),
          );
        return undefined as never; // it comes later
      };
    }
  }
  return {
    http,
    https,
    destroy() {
      http.destroy();
      https.destroy();
    },
  };
}

/** Names the proxy in every error, in a form that clients hand on. */
async function tunnel({ role, settings }: OpenOptions, proxy: ProxyServer, { host, port }: WebServer): Promise<Socket> {
  const target = { role, host, port };
  const socket: Socket = proxy.tls
    ? secure({ host: proxy.host, port: proxy.port, ...(isIP(proxy.host) === 0 ? { servername: proxy.host } : {}) })
    : connect({ host: proxy.host, port: proxy.port });
  const late = setTimeout(() => socket.destroy(new Error('it did not answer in time')), settings.connectTimeoutMs);
  let broken: Error | undefined;
  socket.on('error', (error) => {
    broken = error;
  });
  try {
    await once(socket, proxy.tls ? 'secureConnect' : 'connect');
    await connectThrough(socket, proxy, target);
    return socket;
  } catch (error) {
    socket.destroy();
    const { code, message } = (broken ?? error) as NodeJS.ErrnoException;
    const told = broken || !(error instanceof SyncError) ? failure('transient', target, proxy, code ?? message) : error;
    throw Object.assign(new Error(told.message), { code: told.kind === 'permission' ? 'EPROXYAUTH' : 'EPROXY' });
  } finally {
    clearTimeout(late);
  }
}

async function secured(socket: Socket, { host }: WebServer, wanted: Wanted): Promise<Duplex> {
  const name = wanted.servername || (isIP(host) === 0 ? host : undefined);
  const over = secure({
    ALPNProtocols: ['http/1.1'],
    ...(wanted as object),
    socket,
    ...(name ? { servername: name } : {}),
  });
  await once(over, 'secureConnect');
  return over;
}

function certificates(file: string, role: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SyncError(`--${role}: AWS_CA_BUNDLE: ${file} cannot be read (${code}); check the path and its rights`, {
      kind: 'usage',
      reason: 'bad-option',
    });
  }
}

/** What a client made of a proxy's failure; undefined where that is not what went wrong. */
export function proxyFailure(error: unknown): SyncError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EPROXY' && code !== 'EPROXYAUTH') continue;
    const kind = code === 'EPROXY' ? 'transient' : 'permission';
    return new SyncError(cause.message, { kind, reason: 'proxy' });
  }
  return undefined;
}
