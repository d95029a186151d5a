/** Runs the command as a user would, as a process of its own, and gives back all it said. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Result } from '../../src/engine/result/result.ts';

export const sources = join(import.meta.dirname, '../../src/bin.ts');
/** `npm test` has it bundled first, which starts in half the time; `ava FILE` runs the sources. */
const { TESTED_PROGRAM: bin = sources } = process.env;

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What was printed on stdout; throws where that is no JSON. */
  readonly result: Result;
  /** The messages of error level. */
  readonly errors: readonly string[];
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

export type Environment = Readonly<Record<string, string>>;

/** Nothing of the tester's own settings gets in. */
const clean = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^(SYNC_TASK_|PG|SSH_|AZURE_|GOOGLE_|STORAGE_EMULATOR_|(https?|all|no)_proxy$)/i.test(name) &&
      name !== 'NODE_OPTIONS',
  ),
);

/** What stands around the command, where it is not started as it is by default. */
interface Start {
  readonly program?: string;
  /** Words before the command; what they start takes their place. */
  readonly launcher?: readonly string[];
}

/** The words and the whole environment of a command, for what starts it by itself. */
export function commandLine(
  args: readonly string[],
  environment: Environment,
  { program = bin, launcher = [] }: Start = {},
) {
  return {
    words: [...launcher, process.execPath, program, ...args],
    environment: { ...clean, HOME: tmpdir(), ...environment },
  };
}

export function startCommand(args: readonly string[], environment: Environment, start: Start = {}): Started {
  const { words, environment: all } = commandLine(args, environment, start);
  const [executable = process.execPath, ...rest] = words;
  const child = spawn(executable, rest, {
    env: all,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Outcome>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({
        code,
        signal,
        stdout,
        stderr,
        get result() {
          return JSON.parse(stdout) as Result;
        },
        get errors() {
          const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
          return lines
            .map((line) => JSON.parse(line))
            .flatMap(({ level, message }) => (level === 'error' ? [message] : []));
        },
      });
    });
  });
  return { child, ended };
}

export function runCommand(args: readonly string[], environment: Environment, start?: Start): Promise<Outcome> {
  return startCommand(args, environment, start).ended;
}

export interface Folders {
  readonly source: string;
  readonly target: string;
  readonly state: string;
  /** Settings for folder to folder. */
  readonly environment: Environment;
}

/** A source, a target and a place for the state, removed after the test. */
export async function newFolders(t: ExecutionContext): Promise<Folders> {
  const parent = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(parent, { recursive: true, force: true }));
  const [source, target, state] = [join(parent, 'source'), join(parent, 'target'), join(parent, 'state.db')];
  await mkdir(source);
  await mkdir(target);
  const environment = {
    SYNC_TASK_SOURCE: `file://${source}`,
    SYNC_TASK_TARGET: `file://${target}`,
    SYNC_TASK_STATE: `sqlite:${state}`,
    SYNC_TASK_PIPELINE: 'test',
  };
  return { source, target, state, environment };
}

/** Writes a file, with the folders above it. */
export async function put(
  root: string,
  path: string,
  content: string | Buffer,
  mtime = '2024-03-01T00:00:00Z',
): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  await utimes(file, new Date(mtime), new Date(mtime));
}

/** Path → content of everything below, drafts and other hidden things included. */
export async function treeOf(root: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  if (!existsSync(root)) return tree;
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error; // a draft that was published meanwhile
    });
    if (content) tree[relative(root, file)] = content.toString('latin1');
  }
  return Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Polls until it is true; the test's own time-out bounds it. */
export async function until(truth: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await truth())) await new Promise((resolve) => setTimeout(resolve, 10));
}
