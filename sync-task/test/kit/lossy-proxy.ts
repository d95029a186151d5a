/** A proxy in front of Postgres. It loses answers to commits, breaks connections, or refuses new ones. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface LossyProxy {
  readonly port: number;
  /** The answer to the next commit is lost with its connection; the commit itself is not. */
  loseNextCommit(): void;
  /** How many were lost. */
  readonly lost: number;
  /** Breaks every connection; while it is down, new ones break too. */
  down(): void;
  up(): void;
  stop(): Promise<void>;
}

export async function startLossyProxy(to: number): Promise<LossyProxy> {
  const sockets = new Set<Socket>();
  let losing = false;
  let lost = 0;
  let isDown = false;
  const server = createServer((client) => {
    if (isDown) {
      client.destroy();
      return;
    }
    const onward = connect({ host: '127.0.0.1', port: to });
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        onward.destroy();
      });
    }
    let swallow = false;
    client.on('data', (data) => {
      if (losing && data.includes('COMMIT\0')) {
        losing = false;
        swallow = true;
        lost++;
      }
      onward.write(data);
    });
    onward.on('data', (data) => {
      if (swallow) client.destroy();
      else client.write(data);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    loseNextCommit() {
      losing = true;
    },
    get lost() {
      return lost;
    },
    down() {
      isDown = true;
      cut();
    },
    up() {
      isDown = false;
    },
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
