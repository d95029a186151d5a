/** Runs the command as a user would, in its own process, and returns its output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../src/engine/result/result.ts';
import type { Environment } from './folders.ts';

export * from './folders.ts';

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

/** Nothing of the tester's own settings gets in. */
const clean = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^(SYNC_TASK_|PG|SSH_|AZURE_|GOOGLE_|STORAGE_EMULATOR_|(https?|all|no)_proxy$)/i.test(name) &&
      name !== 'NODE_OPTIONS',
  ),
);

/** How to start the command, where the default is not enough. */
interface Start {
  readonly program?: string;
  /** Words before the command; what they start takes their place. */
  readonly launcher?: readonly string[];
}

/** The words and the whole environment of a command, for callers that start it themselves. */
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
