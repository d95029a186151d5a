/** Learning how many handles a server allows, from its refusals alone. */
import test from 'ava';
import { type Held, handleGate } from '../../../../src/storage/sftp/pool/handle-gate.ts';
import { status } from '../../../../src/storage/sftp/protocol/packet.ts';
import { SftpStatus } from '../../../../src/storage/sftp/protocol/sftp-errors.ts';
import { randomFrom, seed } from '../../../faults/kit/random.ts';
import { silentLog } from '../../../kit/sftp-storage.ts';

/** A server that allows so many; refusals come a turn later, as over a line. */
function server(most: () => number) {
  const counters = { open: 0, peak: 0, refused: 0 };
  return {
    counters,
    async open(): Promise<Buffer> {
      await new Promise(setImmediate);
      if (counters.open >= most()) {
        counters.refused++;
        throw new SftpStatus(status.failure, 'Failure');
      }
      counters.open++;
      counters.peak = Math.max(counters.peak, counters.open);
      return Buffer.from('h');
    },
    close({ release }: Held<Buffer>): void {
      counters.open--;
      release();
    },
  };
}

for (const most of [1, 2, 3, 10, 100]) {
  test(`64 files at once at a server that allows ${most}: all are opened`, async (t) => {
    const { open, close, counters } = server(() => most);
    const gate = handleGate(undefined, silentLog, 'target');
    const { below } = randomFrom(seed, t.title);
    const refusals = new Map<string, number>();
    const copy = async (file: string) => {
      const held = await gate.open((again) => {
        if (again) refusals.set(file, (refusals.get(file) ?? 0) + 1);
        return open();
      });
      // Files of one size would go on in step, and the same ones be refused or never.
      for (let turn = below(6); turn >= 0; turn--) await new Promise(setImmediate);
      close(held);
    };
    await Promise.all(
      Array.from({ length: 64 }, async (_, at) => {
        for (let file = 0; file < 20; file++) await copy(`${at}-${file}`);
      }),
    );
    t.is(counters.open, 0);
    t.is(counters.peak, Math.min(most, 64));
    // The first burst, and then one for each time that it looks whether there is more by now.
    t.true(counters.refused <= 64 + 1280 / Math.max(most / 2, 8), `${counters.refused} refusals`);
    t.true(Math.max(0, ...refusals.values()) <= 3, 'none is near the refusals after which it would fail');
  });
}

test('a refusal with nothing else open is about the file', async (t) => {
  const gate = handleGate(undefined, silentLog, 'target');
  let asked = 0;
  const refuse = () => {
    asked++;
    return Promise.reject(new SftpStatus(status.failure, 'Failure'));
  };
  await t.throwsAsync(gate.open(refuse), { code: status.failure });
  t.is(asked, 1);
});

test('a refusal is not about the file where another one was open when it was asked for', async (t) => {
  const gate = handleGate(undefined, silentLog, 'target');
  const other = await gate.open(async () => Buffer.from('h'));
  let asked = 0;
  const held = await gate.open(async () => {
    if (asked++ > 0) return Buffer.from('h');
    other.release(); // the answer to its closing is heard of first
    throw new SftpStatus(status.failure, 'Failure');
  });
  t.is(asked, 2);
  held.release();
});

test('other errors pass, and take no room', async (t) => {
  const gate = handleGate(1, silentLog, 'target');
  const missing = () => Promise.reject(new SftpStatus(status.noSuchFile, 'No such file'));
  for (let time = 0; time < 3; time++) await t.throwsAsync(gate.open(missing), { code: status.noSuchFile });
  (await gate.open(async () => Buffer.from('h'))).release();
  t.truthy(await gate.open(async () => Buffer.from('h')));
});

test('a file that is always refused fails, and costs the others nothing for long', async (t) => {
  const gate = handleGate(undefined, silentLog, 'target');
  const other = await gate.open(async () => Buffer.from('h'));
  const bad = gate.open(() => Promise.reject(new SftpStatus(status.failure, 'Failure')));
  bad.catch(() => undefined);
  await new Promise(setImmediate);
  other.release();
  await t.throwsAsync(bad, { code: status.failure });
  const held = await Promise.all(Array.from({ length: 50 }, () => gate.open(async () => Buffer.from('h'))));
  t.is(held.length, 50);
});

test('who holds one handle never waits for another', async (t) => {
  const gate = handleGate(1, silentLog, 'target');
  const first = await gate.open(async () => Buffer.from('h'));
  t.is(await gate.tryOpen(async () => Buffer.from('h')), undefined);
  first.release();
  first.release();
  t.truthy(await gate.tryOpen(async () => Buffer.from('h')));
  t.is(await gate.tryOpen(async () => Buffer.from('h')), undefined, 'released twice is released once');
});
