import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { detachedFile } from '../../../src/transform/chain/file-context.ts';
import { breathe, watch } from '../../../src/transform/chain/watched.ts';
import type { ByteStream } from '../../../src/transform/transform.ts';
import { streamOf } from '../../kit/transform.ts';

const chunk = Buffer.from('a');

async function all(output: ByteStream): Promise<string> {
  let text = '';
  for await (const bytes of output) text += Buffer.from(bytes).toString();
  return text;
}

test('a transform that stands still refuses the file, and its input is closed', async (t) => {
  const { input, output } = watch('still', 3, 20);
  let closed = false;
  async function* source(): ByteStream {
    try {
      yield chunk;
      yield chunk;
    } finally {
      closed = true;
    }
  }
  async function* still(stream: ByteStream): ByteStream {
    for await (const bytes of stream) {
      yield bytes;
      await new Promise(() => undefined);
    }
  }
  await t.throwsAsync(() => all(output(still(input(source())))), {
    message: /^transform still: it came to a standstill amid the file/,
  });
  t.true(closed);
});

test('who waits for the input, for memory or for a reader does not stand still', async (t) => {
  const { input, output, file } = watch('slow', 3, 20);
  async function* source(): ByteStream {
    yield chunk;
    await sleep(300);
    yield chunk;
  }
  const { takeMemory } = file({
    ...detachedFile('a'),
    takeMemory: async () => {
      await sleep(300);
      return () => undefined;
    },
  });
  async function* slow(stream: ByteStream): ByteStream {
    await takeMemory(1, 'a share');
    yield* stream;
  }
  let text = '';
  for await (const bytes of output(slow(input(source())))) {
    text += Buffer.from(bytes).toString();
    await sleep(200);
  }
  t.is(text, 'aa');
});

test('the process has its turn between chunks', async (t) => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  async function* busy(): ByteStream {
    for (let chunks = 0; chunks < 20; chunks++) {
      const end = performance.now() + 10;
      while (performance.now() < end);
      yield chunk;
    }
  }
  await all(watch('busy', 3).output(busy()));
  clearInterval(timer);
  t.true(turns > 3);
  await breathe();
});

test('errors and ends pass', async (t) => {
  const { input, output } = watch('any', 3);
  t.is(await all(output(input(streamOf([chunk, chunk])))), 'aa');
  async function* failing(): ByteStream {
    yield chunk;
    throw new Error('no more');
  }
  await t.throwsAsync(() => all(output(input(failing()))), { message: 'no more' });
});
