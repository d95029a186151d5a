import test from 'ava';
import { byteBudget } from '../../../../src/storage/budget.ts';
import { startDraft } from '../../../../src/storage/sftp/files/writer.ts';
import type { Connections } from '../../../../src/storage/sftp/pool/connections.ts';
import { handleGate } from '../../../../src/storage/sftp/pool/handle-gate.ts';
import type { SftpChannel } from '../../../../src/storage/sftp/protocol/channel.ts';
import { silentLog } from '../../../kit/sftp-storage.ts';

test('bytes for which no connection can be had are not taken from the budget for ever', async (t) => {
  const channel = { handle: async () => Buffer.from('h') } as unknown as SftpChannel;
  const connections = {
    limits: { maxWriteBytes: 100 },
    handles: handleGate(undefined, silentLog, 'target'),
    reserve: async () => ({ channel, release: () => undefined }),
    async pick() {
      throw new Error('the server is gone');
    },
  } as unknown as Connections;
  const budget = byteBudget(100);
  const draft = await startDraft({
    connections,
    budget,
    remotePath: Buffer.from('/draft'),
    expectedBytes: undefined,
    start: undefined,
    mtimeMs: 0,
    fsync: false,
    signal: new AbortController().signal,
    exists: () => new Error('it stands'),
    closed: () => undefined,
    explain: async (error) => error,
  });
  await t.throwsAsync(draft.write([Buffer.alloc(100)]), { message: 'the server is gone' });
  t.true(budget.tryTake(100));
});
