/** A server says whatever it likes: every request is answered or fails, none waits for ever, and nothing else happens. */
import { Duplex } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../src/base/errors.ts';
import { openSftpChannel } from '../../src/storage/sftp/protocol/channel.ts';
import { noAttributes, request } from '../../src/storage/sftp/protocol/packet.ts';
import { SftpStatus } from '../../src/storage/sftp/protocol/sftp-errors.ts';
import { seed } from './kit/random.ts';

const IDLE_TIMEOUT_MS = 40;
const version = Buffer.from('000000050200000003', 'hex');

/** Says its version, then these bytes, then nothing more. */
function babbler(words: Uint8Array[]): Duplex {
  const stream = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      done();
      for (const each of words.splice(0)) stream.push(each);
    },
  });
  stream.push(version);
  return stream;
}

/** A packet with a plausible head, so that fuzzing gets past it: type, the id of one of the first requests, any body. */
const packet = fc
  .tuple(
    fc.constantFrom(101, 102, 103, 104, 105, 201, 2),
    fc.integer({ min: 0, max: 6 }),
    fc.uint8Array({ maxLength: 60 }),
  )
  .map(([type, id, body]) => {
    const head = Buffer.alloc(9);
    head.writeUInt32BE(body.length + 5, 0);
    head.writeUInt8(type, 4);
    head.writeUInt32BE(id, 5);
    return Buffer.concat([head, body]);
  });
const words = fc.array(
  fc.oneof({ weight: 4, arbitrary: packet }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }) }),
  {
    maxLength: 8,
  },
);

const NEVER_MS = 5000;

/** A request that neither succeeds nor fails would hang a run for ever. */
async function settledOr(asked: readonly Promise<unknown>[]) {
  const hung = Promise.withResolvers<never>();
  const timer = setTimeout(() => hung.reject(new Error('a request waits for ever')), NEVER_MS);
  try {
    return await Promise.race([Promise.allSettled(asked), hung.promise]);
  } finally {
    clearTimeout(timer);
  }
}

test('any bytes for answers', async (t) => {
  const property = fc.asyncProperty(words, async (bytes) => {
    const channel = await openSftpChannel(babbler([...bytes]), 'target host:22', IDLE_TIMEOUT_MS).catch(
      (error: unknown) => {
        if (!(error instanceof SyncError)) throw error;
      },
    );
    if (!channel) return;
    const path = Buffer.from('/a');
    const asked = [
      channel.realpath(path),
      channel.handle(request.open, [path, 1, noAttributes]),
      channel.attributes(request.lstat, [path]),
      channel.page(path),
      channel.read(path, 0, Buffer.alloc(100)),
      channel.command(request.remove, [path]),
    ];
    for (const answer of await settledOr(asked)) {
      if (answer.status === 'fulfilled') continue;
      const { reason } = answer;
      if (!(reason instanceof SyncError || reason instanceof SftpStatus)) throw reason;
    }
  });
  // As a socket would, it keeps the process alive: the time-out of a silent server alone does not.
  const alive = setInterval(() => undefined, 1000);
  t.teardown(() => clearInterval(alive));
  await t.notThrowsAsync(fc.assert(property, { numRuns: 100, seed, endOnFailure: true }));
  t.log(`seed ${seed}`);
});
