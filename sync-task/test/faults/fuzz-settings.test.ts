/** Whatever is given as settings: they are taken, or refused as `usage` in one line that holds no secret. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../src/base/errors.ts';
import { readConfigFile } from '../../src/config/file/config-file.ts';
import { loadSettings } from '../../src/config/load.ts';
import { environmentName, optionNames } from '../../src/config/options/options.ts';
import { seed } from './kit/random.ts';

const secret = 'hunter2-and-more';
const places = { SYNC_TASK_SOURCE: 'file:///in', SYNC_TASK_TARGET: 'file:///out' };

function takenOrRefused(take: () => unknown): void {
  try {
    take();
  } catch (error) {
    if (!(error instanceof SyncError) || !['usage', 'permission'].includes(error.kind)) throw error;
    if (error.message.includes('\n') || error.message.includes(secret)) throw error;
  }
}

const words = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e999',
    '9'.repeat(30),
    'NaN',
    '1.5GiB',
    '7d',
    '2026-02-30',
    '../..',
    '[',
    '{a,',
    '!(',
  ),
  fc.constantFrom('sftp://', 'sftp://me@host', 'file://', 'postgres://', 'sqlite:', 's3://x', 'mask:', 'mask:token=\\'),
);

async function check(t: ExecutionContext, property: fc.IRawProperty<unknown>): Promise<void> {
  await t.notThrowsAsync(async () => fc.assert(property, { numRuns: 1000, seed }));
  t.log(`seed ${seed}`);
}

test('any text for any option, as a flag and in the environment', async (t) => {
  const given = fc.dictionary(fc.constantFrom(...optionNames), words, { maxKeys: 4, noNullPrototype: true });
  const property = fc.property(given, given, (flags, variables) => {
    const environment = Object.entries(variables).map(([name, value]) => [environmentName(name), value]);
    takenOrRefused(() => loadSettings({ flags, environment: { ...places, ...Object.fromEntries(environment) } }));
  });
  await check(t, property);
});

test('any URL that holds a password: refused without repeating it', async (t) => {
  const text = fc.string({ maxLength: 10 });
  const property = fc.property(fc.constantFrom('sftp', 'file', 'postgres', 'x'), text, text, (scheme, user, rest) => {
    const url = `${scheme}://${user}:${secret}@host${rest}`;
    for (const flags of [{ source: url }, { target: url }, { state: url }]) {
      takenOrRefused(() => loadSettings({ flags, environment: places }));
    }
  });
  await check(t, property);
});

test('any content of the file of --config', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-faults-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'job.yaml');
  const value = fc.jsonValue({ maxDepth: 2 });
  const content = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('a: ', '- ', '\n', '  ', '&x', '*x', '<<: ', '{', ']', '"', '!!', '%YAML', ': ', '|\n'), {
        maxLength: 12,
      })
      .map((parts) => parts.join('')),
    fc.dictionary(fc.oneof(fc.constantFrom(...optionNames), fc.string()), value).map((all) => JSON.stringify(all)),
  );
  const property = fc.asyncProperty(content, async (text) => {
    await writeFile(file, text);
    takenOrRefused(() => readConfigFile(file));
    takenOrRefused(() => loadSettings({ flags: { config: file }, environment: places }));
  });
  await check(t, property);
});
