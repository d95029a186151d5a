/**
 * A server on a free loopback port, for this process alone. It must not outlive the tests, however they end, and nothing in
 * Node runs after a kill -9. So a shell stands between: it starts the server and reads its own stdin, which ends with our
 * process; then it ends the server and removes its folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface GuardedServer {
  readonly port: number;
  stop(): Promise<void>;
}

const guard = `
folder=$1; shift
"$@" & server=$!
read -r word
kill $server
wait $server
rm -rf "$folder"
`;

/** Resolves when it takes connections. */
export async function startGuarded(
  command: (port: number, folder: string) => readonly string[],
): Promise<GuardedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-server-'));
  const port = await freePort();
  // A session of its own: Ctrl-C is for the tests, whose end then ends this too.
  const shell = spawn('/bin/sh', ['-c', guard, 'sh', folder, ...command(port, folder)], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = new Promise((resolve) => shell.once('exit', resolve));
  while (!(await accepts(port))) {
    if (shell.exitCode !== null) throw new Error(`${command(port, folder).join(' ')} ended with ${shell.exitCode}`);
    await setTimeout(50);
  }
  return {
    port,
    async stop() {
      shell.stdin.end('stop\n');
      await exited;
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // not yet
  } finally {
    socket.destroy();
  }
}

/** Somebody else could take this one in between; then the server says so and the start fails. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
