/** Ways to reach the servers: directly, or through a process that adds a round trip. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { host } from './peers/peer.ts';
import type { Server, UserKey } from './servers.ts';
import { type Spread, spreadOf } from './summary.ts';

export interface Link extends AsyncDisposable {
  readonly sourcePort: number;
  readonly targetPort: number;
  /** As measured through this link: one byte there and back, the median. */
  readonly roundTripMs: number;
  readonly knownHostsFile: string;
  readonly sshConfigFile: string;
}

const PINGS = 21;

/** Throws if the proxy does not start or does not delay as asked: its figures would be meaningless. */
export async function openLink(
  folder: string,
  servers: { readonly source: Server; readonly target: Server },
  key: UserKey,
  latencyMs: number,
): Promise<Link> {
  await using opened = new AsyncDisposableStack();
  const echo = opened.use(await startEcho());
  let ports: readonly number[] = [servers.source.port, servers.target.port, echo.port];
  const proxy = latencyMs > 0 ? opened.use(await startProxy(latencyMs, ports)) : undefined;
  if (proxy) ports = proxy.ports;
  const [sourcePort, targetPort, echoPort] = ports as [number, number, number];
  const { leastMs, medianMs } = await measureRoundTrip(echoPort);
  // The minimum shows the proxy's own delay. The median includes the load of the machine, and is what is reported.
  if (leastMs < latencyMs - 1 || leastMs > latencyMs + 2) {
    throw new Error(`the round trip is ${leastMs.toFixed(1)} ms at the least instead of ${latencyMs} ms`);
  }
  const knownHostsFile = join(folder, `known-hosts-${latencyMs}`);
  const sshConfigFile = join(folder, `ssh-config-${latencyMs}`);
  await writeFile(
    knownHostsFile,
    `[${host}]:${sourcePort} ${servers.source.hostKey}\n[${host}]:${targetPort} ${servers.target.hostKey}\n`,
  );
  const hostConfig = (name: string, port: number) => `Host ${name}\n  HostName ${host}\n  Port ${port}\n`;
  await writeFile(
    sshConfigFile,
    `${hostConfig('source', sourcePort)}${hostConfig('target', targetPort)}Host *
  User ${key.user}
  IdentityFile ${key.keyFile}
  IdentitiesOnly yes
  UserKnownHostsFile ${knownHostsFile}
  StrictHostKeyChecking yes
  BatchMode yes
  Ciphers aes128-gcm@openssh.com
`,
  );
  const kept = opened.move();
  return {
    sourcePort,
    targetPort,
    roundTripMs: medianMs,
    knownHostsFile,
    sshConfigFile,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function startProxy(
  latencyMs: number,
  ports: readonly number[],
): Promise<AsyncDisposable & { readonly ports: readonly number[] }> {
  const script = join(import.meta.dirname, 'delay-proxy.ts');
  const child = spawn(process.execPath, [script, String(latencyMs), ...ports.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  if (typeof line[0] !== 'string') throw new Error(`the delay proxy ended with ${line[0]}`);
  return {
    ports: JSON.parse(line[0]) as number[],
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

async function startEcho(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer({ noDelay: true }, (socket) => socket.pipe(socket));
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function measureRoundTrip(port: number): Promise<{ readonly leastMs: number; readonly medianMs: number }> {
  const socket = connect({ port, host, noDelay: true });
  await once(socket, 'connect');
  const timesMs: number[] = [];
  for (let ping = 0; ping < PINGS; ping++) {
    const startMs = performance.now();
    socket.write('.');
    await once(socket, 'data');
    timesMs.push(performance.now() - startMs);
  }
  socket.end();
  await once(socket.resume(), 'close');
  const { least, median } = spreadOf(timesMs) as Spread;
  return { leastMs: least, medianMs: median };
}
