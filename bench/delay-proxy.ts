/**
 * A program that forwards TCP ports on loopback with a delay. It is a process of its own, so its CPU time is charged to no contestant.
 *
 * usage: node delay-proxy.ts ROUND_TRIP_MS TARGET_PORT…
 *
 * Half of the round trip each way. A connection is made at the target one round trip later, as the handshake would take.
 * Prints its ports as one JSON array. Ends when its standard input does.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { delayLine } from './delay-line.ts';

const host = '127.0.0.1';

async function forward(targetPort: number, roundTripMs: number): Promise<number> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (near) => {
    near.on('error', () => near.destroy());
    setTimeout(() => attach(near, targetPort, roundTripMs), roundTripMs);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function attach(near: Socket, targetPort: number, roundTripMs: number): void {
  if (near.destroyed) return;
  const far = connect({ port: targetPort, host, allowHalfOpen: true, noDelay: true });
  far.on('error', () => near.destroy());
  delayLine(near, far, roundTripMs / 2);
  delayLine(far, near, roundTripMs / 2);
  near.resume();
}

const [roundTripMs, ...targetPorts] = process.argv.slice(2).map(Number);
if (roundTripMs === undefined) throw new Error('usage: delay-proxy.ts ROUND_TRIP_MS TARGET_PORT…');
console.log(JSON.stringify(await Promise.all(targetPorts.map((port) => forward(port, roundTripMs)))));
process.stdin.on('end', () => process.exit(0)).resume();
