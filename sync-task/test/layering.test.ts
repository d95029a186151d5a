/**
 * Proves that the layering rules of biome.json bite. One run of biome over a tree of files, one import a line: exactly
 * the refused ones must be reported.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

interface Row {
  readonly refused: readonly string[];
  readonly allowed: readonly string[];
}

const beyondStorage = ['transform/chain/chain.ts', 'state/state.ts', 'engine/plan/plan.ts', 'pg', 'ssh2'];
/** Packages of object stores: each has one home. */
const clouds = ['@aws-sdk/client-s3', '@azure/storage-blob', 'google-auth-library'];

/** For a file below src: what it may import and what not, as files below src or names of packages. */
const rows: Readonly<Record<string, Row>> = {
  'base/x.ts': {
    refused: [
      ...clouds,
      ...['storage/storage.ts', 'transform/transform.ts', 'state/state.ts', 'config/settings.ts', 'cli/main.ts'],
      ...['engine/plan/plan.ts', 'pg', 'ssh2', 'winston', 'yargs', 'picomatch'],
    ],
    allowed: ['base/errors.ts', 'node:path'],
  },
  'base/glob.ts': {
    refused: ['transform/chain/chain.ts', 'config/settings.ts', 'engine/plan/plan.ts', 'ssh2', 'winston'],
    allowed: ['base/errors.ts', 'picomatch'],
  },
  'base/log.ts': {
    refused: ['storage/storage.ts', 'engine/plan/plan.ts', 'cli/main.ts', 'yargs', 'picomatch'],
    allowed: ['base/model.ts', 'winston'],
  },
  'storage/x.ts': {
    refused: [
      ...['transform/chain/chain.ts', 'state/state.ts', 'config/load.ts', 'engine/plan/plan.ts', 'cli/main.ts'],
      ...['ssh2', 'pg', 'winston', 'yargs', 'yargs/helpers', 'picomatch'],
      ...clouds,
    ],
    allowed: [
      'base/model.ts',
      'base/errors.ts',
      'base/log.ts',
      'base/world.ts',
      'config/settings.ts',
      'storage/sftp/y.ts',
      'node:fs',
    ],
  },
  'storage/file/x.ts': {
    refused: [
      'transform/chain/chain.ts',
      'state/sql/x.ts',
      'config/load.ts',
      'engine/plan/plan.ts',
      'cli/main.ts',
      'ssh2',
    ],
    allowed: ['storage/storage.ts', 'storage/file/y.ts', 'config/settings.ts', 'base/errors.ts'],
  },
  'storage/s3/x.ts': {
    refused: [
      ...[
        'transform/chain/chain.ts',
        'state/state.ts',
        'config/load.ts',
        'engine/plan/plan.ts',
        'cli/main.ts',
        'pg',
        'ssh2',
      ],
      ...['@azure/storage-blob', 'google-auth-library'],
    ],
    allowed: [
      'storage/storage.ts',
      'config/settings.ts',
      'base/errors.ts',
      '@aws-sdk/client-s3',
      '@aws-sdk/lib-storage',
    ],
  },
  'storage/azure/x.ts': {
    refused: [...beyondStorage, '@aws-sdk/client-s3', 'google-auth-library'],
    allowed: ['storage/storage.ts', 'config/settings.ts', 'base/errors.ts', '@azure/storage-blob', '@azure/core-auth'],
  },
  'storage/gcs/x.ts': {
    refused: [...beyondStorage, '@aws-sdk/client-s3', '@azure/storage-blob'],
    allowed: [
      'storage/storage.ts',
      'config/settings.ts',
      'base/errors.ts',
      'google-auth-library',
      'google-auth-library/x.js',
    ],
  },
  'storage/objects/x.ts': { refused: clouds, allowed: ['storage/storage.ts', 'base/errors.ts'] },
  'storage/sftp/x.ts': {
    refused: [
      'transform/chain/chain.ts',
      'state/state.ts',
      'config/load.ts',
      'engine/plan/plan.ts',
      'cli/main.ts',
      'pg',
      ...clouds,
    ],
    allowed: ['storage/storage.ts', 'config/settings.ts', 'base/errors.ts', 'ssh2', 'ssh2/lib/client.js'],
  },
  'transform/x.ts': {
    refused: [
      ...['storage/storage.ts', 'state/state.ts', 'config/load.ts', 'engine/plan/plan.ts', 'cli/main.ts'],
      ...['ssh2', 'pg', 'winston', 'yargs', 'picomatch'],
    ],
    allowed: ['transform/text/mask.ts', 'config/settings.ts', 'base/model.ts', 'base/errors.ts', 'base/glob.ts', 'zod'],
  },
  'state/x.ts': {
    refused: [
      ...[
        'storage/storage.ts',
        'transform/chain/chain.ts',
        'config/load.ts',
        'config/settings.ts',
        'engine/plan/plan.ts',
        'cli/main.ts',
      ],
      ...['ssh2', 'winston', 'yargs', 'picomatch'],
    ],
    allowed: ['state/state.ts', 'state/sql/y.ts', 'base/model.ts', 'base/errors.ts', 'pg', 'node:sqlite'],
  },
  'state/postgres/x.ts': {
    refused: ['storage/storage.ts', 'transform/chain/chain.ts', 'engine/plan/plan.ts', 'cli/main.ts', 'ssh2'],
    allowed: ['state/state.ts', 'base/model.ts', 'base/errors.ts', 'pg'],
  },
  'config/x.ts': {
    refused: [
      'storage/storage.ts',
      'transform/chain/chain.ts',
      'state/state.ts',
      'engine/plan/plan.ts',
      'cli/main.ts',
      'yargs',
      'pg',
    ],
    allowed: ['config/settings.ts', 'base/model.ts', 'base/errors.ts', 'zod', 'yaml'],
  },
  'engine/x.ts': {
    refused: [
      ...clouds,
      'cli/main.ts',
      'ssh2',
      'ssh2/lib/client.js',
      'pg',
      'pg/lib/x.js',
      'winston',
      'yargs',
      'picomatch',
    ],
    allowed: [
      'storage/storage.ts',
      'transform/chain/chain.ts',
      'state/state.ts',
      'config/settings.ts',
      'engine/plan/plan.ts',
      'base/glob.ts',
    ],
  },
  'cli/x.ts': {
    refused: [...clouds, 'ssh2', 'pg', 'winston', 'picomatch'],
    allowed: ['engine/plan/plan.ts', 'storage/open.ts', 'config/load.ts', 'base/log.ts', 'yargs', 'yargs/helpers'],
  },
  'cli/log.ts': { refused: ['ssh2', 'pg', 'picomatch'], allowed: ['winston', 'base/log.ts', 'cli/x.ts'] },
  'bin.ts': { refused: ['ssh2', 'pg', 'winston', 'yargs', 'picomatch'], allowed: ['cli/main.ts'] },
};

const forms: readonly ((specifier: string) => string)[] = [
  (specifier) => `import '${specifier}';`,
  (specifier) => `import type { A } from '${specifier}';`,
  (specifier) => `export * from '${specifier}';`,
  (specifier) => `await import('${specifier}');`,
];

/** Every import in every form. */
function probe(from: string, { refused, allowed }: Row): { readonly lines: string[]; readonly refused: string[] } {
  const linesFor = (targets: readonly string[]) =>
    targets.flatMap((target) => forms.map((form) => form(specifierOf(from, target))));
  return { lines: [...linesFor(refused), ...linesFor(allowed)], refused: linesFor(refused) };
}

function specifierOf(from: string, target: string): string {
  if (!target.endsWith('.ts')) return target;
  const path = relative(dirname(from), target);
  return path.startsWith('.') ? path : `./${path}`;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

test('imports against the layering fail the lint, and no others', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-layering-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await copyFile(join(root, 'biome.json'), join(folder, 'biome.json'));
  for (const [from, row] of Object.entries(rows)) {
    const file = join(folder, 'sync-task/src', from);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${probe(from, row).lines.join('\n')}\n`);
  }
  const { exitCode, reported } = await lint(folder);
  t.is(exitCode, 1);
  for (const [from, row] of Object.entries(rows)) {
    const { lines, refused } = probe(from, row);
    const found = reported.get(`sync-task/src/${from}`) ?? new Set();
    t.deepEqual(
      lines.filter((_, index) => found.has(index + 1)),
      refused,
      from,
    );
  }
});

test('the settings that layers may import are types alone', async (t) => {
  t.deepEqual(Object.keys(await import('../src/config/settings.ts')), []);
});

/** Rooms of the engine, the lowest first: each may use those before it, and what stands beside them in `engine/`. */
const rooms = ['result', 'gates', 'locations', 'report', 'plan', 'transfer', 'commands', 'verify'];

test('no room of the engine uses a higher one', async (t) => {
  const engine = join(root, 'sync-task/src/engine');
  const files = (await readdir(engine, { recursive: true })).filter((name) => name.endsWith('.ts'));
  t.deepEqual(
    [...new Set(files.filter((name) => name.includes('/')).map((name) => name.split('/')[0]))].sort(),
    [...rooms].sort(),
  );
  const upwards = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(engine, file), 'utf8');
      const imports = [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, path]) =>
        join(dirname(file), path ?? ''),
      );
      return imports.filter((path) => levelOf(path) > levelOf(file)).map((path) => `${file} uses ${path}`);
    }),
  );
  t.deepEqual(upwards.flat(), []);
});

/** Files that stand beside the rooms are below all of them; what is outside of the engine is lower still. */
const levelOf = (path: string): number =>
  path.startsWith('..') || !path.includes('/') ? -1 : rooms.indexOf(path.split('/')[0] ?? '');

interface Report {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly severity: string;
    readonly location: { readonly path: string; readonly start: { readonly line: number } };
  }[];
}

/** The lines with errors, counted from 1, by file. */
async function lint(folder: string): Promise<{ exitCode: unknown; reported: Map<string, Set<number>> }> {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const rule = 'style/noRestrictedImports';
  const options = ['--vcs-enabled=false', `--only=${rule}`, '--max-diagnostics=none', '--reporter=json'];
  const { exitCode, stdout } = await new Promise<{ exitCode: unknown; stdout: string }>((resolve) => {
    const command = [biome, 'lint', ...options, '.'];
    execFile(process.execPath, command, { cwd: folder, maxBuffer: 2 ** 24 }, (error, stdout) =>
      resolve({ exitCode: error?.code ?? 0, stdout }),
    );
  });
  const reported = new Map<string, Set<number>>();
  for (const { category, severity, location } of (JSON.parse(stdout) as Report).diagnostics) {
    if (category !== `lint/${rule}` || severity !== 'error') continue;
    const lines = reported.get(location.path) ?? new Set();
    reported.set(location.path, lines.add(location.start.line));
  }
  return { exitCode, reported };
}
