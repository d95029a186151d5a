/** The other programs: their paths and versions, or why they are missing. */
import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

export type Tool = { readonly path: string; readonly version: string } | { readonly missing: string };

const VERSITYGW_MODULE = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
const RCLONE_MODULE = 'github.com/rclone/rclone@latest';

/**
 * rclone: the one named by RCLONE, else an earlier build, else a new build from Go's module proxy, else the system's. With `quick`
 * the system's is preferred to a new build, which takes minutes.
 */
export async function findRclone(cache: string, quick: boolean, say: (line: string) => void): Promise<Tool> {
  const given = process.env['RCLONE'];
  if (given) return rcloneAt(given, 'given by RCLONE');
  const cached = join(cache, 'rclone');
  if (existsSync(cached)) return rcloneAt(cached, 'built from the Go module proxy');
  const system = output('sh', ['-c', 'command -v rclone']);
  if (!quick || !system) {
    say(`building ${RCLONE_MODULE} (once, some minutes)`);
    await mkdir(cache, { recursive: true });
    const env = { ...process.env, GOBIN: cache };
    const failure = attempt('go', ['install', RCLONE_MODULE], { env });
    if (failure === undefined) return rcloneAt(cached, 'built from the Go module proxy');
    say(`that did not work: ${failure}`);
  }
  if (!system) return { missing: 'there is no rclone: apt-get install rclone, or Go to build the newest' };
  say(`taking the system's rclone, which may be old`);
  return rcloneAt(system, "the system's");
}

/** The S3 service: the one that VERSITYGW names, or the one built here before or now. Throws what is missing. */
export async function findVersitygw(cache: string, say: (line: string) => void): Promise<string> {
  const given = process.env['VERSITYGW'];
  if (given) return given;
  const cached = join(cache, 'versitygw');
  if (existsSync(cached)) return cached;
  say(`building ${VERSITYGW_MODULE} (once, some minutes)`);
  await mkdir(cache, { recursive: true });
  const failure = attempt('go', ['install', VERSITYGW_MODULE], { env: { ...process.env, GOBIN: cache } });
  if (failure !== undefined)
    throw new Error(`the cases with buckets need versitygw, which is built with Go: ${failure}`);
  return cached;
}

function rcloneAt(path: string, origin: string): Tool {
  const version = output(path, ['version'])?.match(/^rclone v?(\S+)/)?.[1];
  return version ? { path, version: `${version} (${origin})` } : { missing: `${path} does not run` };
}

/** Every flag that it knows. */
export function rcloneHelp(path: string): string {
  return output(path, ['help', 'flags']) ?? '';
}

export function findScp(): Tool {
  const path = output('sh', ['-c', 'command -v scp']);
  return path ? { path, version: openSshVersion() } : { missing: 'there is no scp: apt-get install openssh-client' };
}

export function openSshVersion(): string {
  return output('sh', ['-c', 'ssh -V 2>&1'])?.match(/OpenSSH_([^\s,]+)/)?.[1] ?? 'unknown';
}

export function findLftp(): Tool {
  const version = output('lftp', ['--norc', '--version'])?.match(/Version (\S+)/)?.[1];
  return version ? { path: 'lftp', version } : { missing: 'there is no lftp: apt-get install lftp' };
}

/** A Python that has paramiko, in a virtual environment of its own. */
export async function findParamiko(cache: string, say: (line: string) => void): Promise<Tool> {
  const venv = join(cache, 'paramiko');
  const python = join(venv, 'bin/python');
  const ask = ['-c', 'import paramiko, platform; print(paramiko.__version__, "on Python", platform.python_version())'];
  const known = output(python, ask);
  if (known) return { path: python, version: known };
  say('installing paramiko (once)');
  await mkdir(cache, { recursive: true });
  const failure =
    attempt('python3', ['-m', 'venv', '--clear', venv]) ??
    attempt(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'paramiko']);
  const version = failure === undefined ? output(python, ask) : undefined;
  return version ? { path: python, version } : { missing: `paramiko can't be installed: ${failure}` };
}

export interface Image {
  readonly bytes: number;
}

/** The last build of the image, if Docker is here and has it. */
export function findImage(name: string): Image | undefined {
  const bytes = Number(output('docker', ['image', 'inspect', '--format', '{{.Size}}', name]));
  return bytes > 0 ? { bytes } : undefined;
}

/** Its trimmed output; undefined if it is missing or fails. */
function output(file: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined;
  } catch {
    return undefined; // the caller says what to do about it
  }
}

/** Why it failed; undefined if it did not. */
function attempt(file: string, args: readonly string[], options: ExecFileSyncOptions = {}): string | undefined {
  try {
    execFileSync(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: Buffer; message: string };
    return stderr?.toString().trim().split('\n').at(-1) || message;
  }
}
