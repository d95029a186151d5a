import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { airflowBlocks, airflowKeys } from '../../../src/config/file/airflow-keys.ts';
import { readConfigFile } from '../../../src/config/file/config-file.ts';
import { configSchema } from '../../../src/config/file/config-schema.ts';
import { loadSettings } from '../../../src/config/load.ts';

const root = join(import.meta.dirname, '../../../..');

async function fileOf(t: ExecutionContext, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'feeds.yaml'), content);
  return join(folder, 'feeds.yaml');
}

const several = `# feeds
target: file:///\${FOLDER:-data}/in
exclude: ["*.tmp"]
pipelines:
  orders:
    source: file:///\${PARTNER}/orders
    settle: { min_age: 5m }
    gates: { empty-source: fail }
  invoices:
    source: file:///invoices
    target: file:///other
    exclude: []
`;

test('several pipelines in one file, with what holds for all', async (t) => {
  const config = await fileOf(t, several);
  const of = (pipeline: string, environment = {}) => loadSettings({ flags: { config, pipeline }, environment });
  const orders = of('orders', { PARTNER: 'p' });
  t.like(orders, { pipeline: 'orders', source: { location: { path: '/p/orders' } } });
  t.is(orders.target.location.path, '/data/in');
  t.is(orders.selection.minAgeMs, 300_000);
  t.deepEqual([orders.selection.exclude, orders.gates['empty-source']?.action], [['*.tmp'], 'fail']);
  const invoices = of('invoices', { FOLDER: 'd' });
  t.like(invoices, { source: { location: { path: '/invoices' } }, target: { location: { path: '/other' } } });
  t.deepEqual(invoices.selection.exclude, []);
});

const mistakes: Readonly<Record<string, readonly [yaml: string, says: RegExp, pipeline?: string]>> = {
  'none is chosen': [several, /line 4: pipelines: say which one: --pipeline orders, --pipeline invoices/],
  'one that is not there': [several, /line 4: pipelines: there is no order; did you mean orders\?/, 'order'],
  'a variable that is not set': [several, /line 6: \$\{PARTNER\} is not set/, 'orders'],
  'a key of one pipeline': [
    'pipelines:\n  a:\n    source: x\n    exclud: 1\n',
    /line 4: exclud is no option; did you mean exclude/,
    'a',
  ],
  'a key of a block': ['settle:\n  min-age: 5m\n', /line 2: settle.min-age is no option; did you mean min_age/],
  'an option in settings': ['settings:\n  verify: size\n  verfy: size\n', /line 3: verfy is no option/],
  'a value': ['source: file:///a\ntarget: file:///b\n\nlease: soon\n', /lease in .*feeds.yaml, line 4: "soon" is not/],
  'a pipeline that is a list': ['pipelines:\n  a: [1]\n', /line 2: a: it must hold/, 'a'],
  'pipelines that are a list': ['\npipelines: [a]\n', /line 2: pipelines: it holds pipelines by their names/, 'a'],
};

for (const [what, [yaml, says, pipeline]] of Object.entries(mistakes)) {
  test(`a mistake: ${what}`, async (t) => {
    const config = await fileOf(t, yaml);
    const flags = { config, ...(pipeline ? { pipeline } : {}) };
    const error = t.throws(() => loadSettings({ flags, environment: {} }), { instanceOf: SyncError });
    t.is(error?.kind, 'usage');
    t.regex(error?.message ?? '', says);
  });
}

const dollar = '$';

test('variables: empty is as not set, and $$ writes one', async (t) => {
  const file = await fileOf(t, `prefix: "${dollar}{A:-a}${dollar}{B}-$${dollar}{A}-$C-${dollar}{d e}"\n`);
  t.is(
    readConfigFile(file, undefined, { A: '', B: 'b', C: 'c' }).get('prefix')?.value,
    `ab-${dollar}{A}-$C-${dollar}{d e}`,
  );
});

test('anchors hold in all pipelines', async (t) => {
  const file = await fileOf(t, 'exclude: &none ["*.tmp"]\npipelines:\n  a: &a\n    include: *none\n  b: *a\n');
  t.deepEqual(readConfigFile(file, 'b').get('include')?.value, ['*.tmp']);
});

test("a pipeline's file of Airflow serves the command", async (t) => {
  const config = join(root, 'airflow/pipelines/partner_orders.yaml');
  const environment = { SYNC_TASK_SOURCE: 'file:///in', SYNC_TASK_TARGET: 'file:///out' };
  const settings = loadSettings({ flags: { config }, environment });
  t.like(settings, { pipeline: 'partner_orders', batchFiles: 200, verify: 'read-back' });
  t.like(settings.selection, { include: ['**/*.csv.gz'], marker: '{name}.done' });
  t.is(settings.transforms.length, 5);
  t.is(settings.gates['total-size']?.action, 'fail');
});

test('every key of Airflow is known', async (t) => {
  const { properties } = JSON.parse(
    await readFile(join(root, 'airflow/sync_task_airflow/pipeline.schema.json'), 'utf8'),
  );
  const known = new Set([...airflowKeys, ...Object.keys(airflowBlocks), 'source', 'target', 'state']);
  t.deepEqual(
    Object.keys(properties).filter((key) => !known.has(key)),
    [],
  );
  for (const block of ['selection', 'settle', 'batches']) {
    t.deepEqual(Object.keys(properties[block].properties).sort(), Object.keys(airflowBlocks[block] ?? {}).sort());
  }
});

test('docs/config.schema.json is that of the options', async (t) => {
  const written = JSON.parse(await readFile(join(root, 'docs/config.schema.json'), 'utf8'));
  t.deepEqual(written, JSON.parse(JSON.stringify(configSchema())), 'node scripts/write-config-schema.ts');
});
