/** What a command does not need it does not load: start-up stays fast. */
import test from 'ava';
import { newFolders, put, runCommand, sources } from '../kit/job.ts';

const clouds = '^(@azure/|@google-cloud/|google-auth-library|@aws-sdk/)';

/** A module that is loaded before the program and names the packages of the clouds when they are asked for. */
function watching(): string {
  const source = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(specifier, context, next) {
      if (new RegExp(${JSON.stringify(clouds)}).test(specifier)) { process.stderr.write('LOADED ' + specifier + '\\n'); }
      return next(specifier, context);
    } });`;
  return `--import=data:text/javascript,${encodeURIComponent(source)}`;
}

/** In the bundle the packages have no names any more: the sources are run. */
const naming = { NODE_OPTIONS: watching() };

test('help, folders and SFTP load no SDK of a cloud', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'file', 'content');
  const sftp = { SYNC_TASK_SOURCE: 'sftp://me@127.0.0.1:1/x', SYNC_TASK_SOURCE_PASSWORD: 'x' };
  for (const [args, more, code] of [
    [['--help'], {}, 0],
    [['sync'], {}, 0],
    [['check'], sftp, 75],
  ] as const) {
    const done = await runCommand(args, { ...environment, ...more, ...naming }, { program: sources });
    t.is(done.code, code, done.stderr);
    t.notRegex(done.stderr, /LOADED/, args.join(' '));
  }
});

for (const [url, loads] of [
  ['az://container/x', '@azure/storage-blob'],
  ['gs://bucket/x', 'google-auth-library'],
] as const) {
  test(`${url} loads its own SDK`, async (t) => {
    const { environment } = await newFolders(t);
    const job = {
      ...environment,
      SYNC_TASK_TARGET: url,
      AZURE_STORAGE_ACCOUNT: 'account',
      AZURE_STORAGE_KEY: 'a2V5',
      AZURE_STORAGE_SERVICE_ENDPOINT: 'http://127.0.0.1:1/account',
      STORAGE_EMULATOR_HOST: 'http://127.0.0.1:1',
    };
    const there = await runCommand(['check'], { ...job, ...naming }, { program: sources });
    t.is(there.code, 75, there.stderr);
    t.regex(there.stderr, new RegExp(`LOADED ${loads}`));
  });
}
