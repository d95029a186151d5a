/** Programs that tests need and npm does not bring: where they are, whether this machine has them, and how to get them. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
/** Filled by scripts/test-servers.sh. */
export const serversFolder = join(root, '.cache/servers');

export const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd'].find((path) =>
  existsSync(path),
);
export const proftpd = '/usr/sbin/proftpd';
/** Of Debian's proftpd-mod-crypto. */
export const proftpdModules = '/usr/lib/proftpd';
/** `VERSITYGW` names another one. */
export const versitygw = process.env['VERSITYGW'] ?? join(serversFolder, 'versitygw');
export const azurite = join(serversFolder, 'azurite/node_modules/azurite/dist/src/blob/main.js');
export const fakeGcs = join(serversFolder, 'fake-gcs-server');
export const toxiproxy = join(serversFolder, 'toxiproxy-server');
/** The folder of the newest Postgres with `pg_dump`, where Debian and its like have it: npm's has none. */
export const postgresPrograms = globSync('/usr/lib/postgresql/*/bin/pg_dump')
  .map((path) => dirname(path))
  .filter((folder) => existsSync(join(folder, 'postgres')))
  .sort()
  .at(-1);

/** A Python that has DuckDB; `TEST_PYTHON` names another one. */
export function pythonWithDuckDb(): string | undefined {
  const candidates = [process.env['TEST_PYTHON'], join(root, '.venv/airflow/bin/python'), 'python3'];
  return candidates.find(
    (path) => path !== undefined && spawnSync(path, ['-c', 'import duckdb'], { stdio: 'ignore' }).status === 0,
  );
}

interface Program {
  isThere(): boolean;
  /** What to do where it is not. */
  readonly advice: string;
}

const servers = 'run scripts/test-servers.sh';
const debian = (...packages: string[]) => `apt-get install ${packages.join(' ')}`;

export const programs = {
  OpenSSH: { isThere: () => sshd !== undefined, advice: debian('openssh-server') },
  ProFTPD: {
    isThere: () => existsSync(proftpd) && existsSync(join(proftpdModules, 'mod_sftp.so')),
    advice: debian('proftpd-core', 'proftpd-mod-crypto'),
  },
  versitygw: { isThere: () => existsSync(versitygw), advice: `${servers} (needs Go)` },
  Azurite: { isThere: () => existsSync(azurite), advice: servers },
  'fake-gcs-server': { isThere: () => existsSync(fakeGcs), advice: `${servers} (needs Go)` },
  toxiproxy: { isThere: () => existsSync(toxiproxy), advice: `${servers} (needs Go)` },
  'pg_dump and its Postgres': { isThere: () => postgresPrograms !== undefined, advice: debian('postgresql') },
  DuckDB: { isThere: () => pythonWithDuckDb() !== undefined, advice: 'run scripts/airflow-venv.sh' },
  'GNU iconv': {
    isThere: () => /GNU|GLIBC/.test(spawnSync('iconv', ['--version'], { encoding: 'utf8' }).stdout ?? ''),
    advice: debian('libc-bin'),
  },
  python3: { isThere: () => isOnPath('python3'), advice: debian('python3') },
  bash: { isThere: () => isOnPath('bash'), advice: debian('bash') },
  fish: { isThere: () => isOnPath('fish'), advice: debian('fish') },
  zsh: { isThere: () => isOnPath('zsh'), advice: debian('zsh') },
  groff: { isThere: () => isOnPath('groff'), advice: debian('groff') },
  tmux: { isThere: () => isOnPath('tmux'), advice: debian('tmux') },
  git: { isThere: () => existsSync(join(root, '.git')) && isOnPath('git'), advice: 'run it in a checkout of git' },
  '/dev/full': { isThere: () => existsSync('/dev/full'), advice: 'run it on Linux' },
} as const satisfies Readonly<Record<string, Program>>;

export type ProgramName = keyof typeof programs;

function isOnPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}
