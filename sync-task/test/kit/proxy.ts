/** A proxy on a loopback port that speaks SOCKS 5 and HTTP CONNECT, with a user and a password where asked for. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TestProxy {
  readonly port: number;
  /** `host:port` of the connections it made. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

export async function startProxy(login?: { readonly user: string; readonly password: string }): Promise<TestProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // a client that leaves is none of the proxy's business
    socket.once('data', (data) => (data[0] === 5 ? greet(socket, data) : connectFor(socket, data.toString())));
  });

  function join(socket: Socket, host: string, port: number, ok: Buffer, refused: Buffer): void {
    asked.push(`${host}:${port}`);
    const onward = connect({ host, port });
    sockets.add(onward);
    onward.once('connect', () => {
      socket.write(ok);
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.end(refused));
  }
  function connectFor(socket: Socket, head: string): void {
    const [, host = '', port] = /^CONNECT (\S+):(\d+) /.exec(head) ?? [];
    const basic = login && Buffer.from(`${login.user}:${login.password}`).toString('base64');
    if (basic && !head.includes(`Basic ${basic}\r\n`)) socket.end('HTTP/1.1 407 Login\r\n\r\n');
    else
      join(socket, host, Number(port), Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), Buffer.from('HTTP/1.1 502 No\r\n\r\n'));
  }
  function greet(socket: Socket, methods: Buffer): void {
    const method = login ? 2 : 0;
    if (!methods.subarray(2).includes(method)) {
      socket.end(Buffer.from([5, 255]));
      return;
    }
    socket.write(Buffer.from([5, method]));
    if (!login) socket.once('data', (request) => serve(socket, request));
    else {
      socket.once('data', (given) => {
        const wanted = [1, login.user.length, ...Buffer.from(login.user), login.password.length];
        const right = given.equals(Buffer.from([...wanted, ...Buffer.from(login.password)]));
        socket.write(Buffer.from([1, right ? 0 : 1]));
        if (right) socket.once('data', (request) => serve(socket, request));
      });
    }
  }
  function serve(socket: Socket, request: Buffer): void {
    const host = request[3] === 1 ? request.subarray(4, 8).join('.') : request.subarray(5, -2).toString();
    const answer = (code: number) => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
    join(socket, host, request.readUInt16BE(request.length - 2), answer(0), answer(5));
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
