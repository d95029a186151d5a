import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import test from 'ava';
import { delayLine } from '../delay-line.ts';

const DELAY_MS = 5;

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function open(port: number): Socket {
  return connect({ port, host: '127.0.0.1', allowHalfOpen: true });
}

/** Starts a server behind two delay lines; returns the port in front of them. */
async function behindDelay(
  serve: (socket: Socket) => void,
  closing: { after(step: () => void): void },
): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, serve);
  const port = await listen(server);
  const proxy = createServer({ allowHalfOpen: true }, (near) => {
    const far = open(port);
    delayLine(near, far, DELAY_MS);
    delayLine(far, near, DELAY_MS);
  });
  closing.after(() => [server, proxy].forEach((each) => void each.close()));
  return listen(proxy);
}

test('everything arrives, in order, with its end, also when the other side is slow', async (t) => {
  const sent = randomBytes(20 * 1024 * 1024);
  const received = Promise.withResolvers<Buffer>();
  const port = await behindDelay(
    (socket) => {
      socket.pause();
      setTimeout(() => received.resolve(buffer(socket.end())), 50);
    },
    { after: (step) => t.teardown(step) },
  );
  const socket = open(port);
  socket.end(sent);
  t.true(sent.equals(await received.promise));
  socket.destroy();
});

test('the end of one direction leaves the other one open', async (t) => {
  const port = await behindDelay(
    (socket) => {
      socket.resume().once('end', () => socket.end('answer after the end'));
    },
    { after: (step) => t.teardown(step) },
  );
  const socket = open(port);
  socket.end('question');
  t.is((await buffer(socket)).toString(), 'answer after the end');
});

test('a connection that breaks on one side breaks on the other', async (t) => {
  const port = await behindDelay((socket) => socket.resetAndDestroy(), { after: (step) => t.teardown(step) });
  const socket = open(port).resume();
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
  t.is(error.code, 'ECONNRESET');
});
