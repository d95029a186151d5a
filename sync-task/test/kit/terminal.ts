/** A command in a real terminal of a given size. tmux draws it and returns what a person would see. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { commandLine, type Environment, until } from './job.ts';
import { needs } from './needs.ts';

export interface Terminal {
  /** The text on it now, without trailing blanks. */
  screen(): string;
  /** Waits until it shows that, and returns what it shows then. */
  shows(pattern: RegExp): Promise<string>;
  /** Waits for the end of the command. */
  ended(): Promise<{ readonly code: number; readonly screen: string }>;
  press(key: string): void;
}

export const terminalTest = needs('tmux');

export interface Size {
  readonly columns: number;
  readonly rows?: number;
}

export async function openTerminal(
  t: ExecutionContext,
  { columns, rows = 50 }: Size,
  args: readonly string[],
  environment: Environment,
): Promise<Terminal> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-terminal-'));
  const [socket, settings] = [join(folder, 'socket'), join(folder, 'tmux.conf')];
  await writeFile(settings, 'set -g remain-on-exit on\nset -g remain-on-exit-format ""\nset -g status off\n');
  const { words, environment: all } = commandLine(args, environment);
  const { TERM, ...others } = { TERM: 'tmux-256color', ...all };
  const tmux = (...command: string[]) =>
    execFileSync('tmux', ['-S', socket, '-f', settings, ...command], {
      encoding: 'utf8',
      env: { ...others, TERM: 'xterm', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  t.teardown(async () => {
    spawnSync('tmux', ['-S', socket, 'kill-server']);
    await rm(folder, { recursive: true, force: true });
  });
  const size = ['-x', String(columns), '-y', String(rows)];
  tmux('-u', 'new-session', '-d', ...size, 'env', `TERM=${TERM}`, ...words);
  const screen = () => tmux('capture-pane', '-p', '-S', '-').trimEnd();
  const told = (what: string) => tmux('display-message', '-p', what).trim();
  return {
    screen,
    async shows(pattern) {
      let now = '';
      await until(() => {
        now = screen();
        if (told('#{pane_dead}') === '1' && !pattern.test(now)) throw new Error(`it ended without ${pattern}: ${now}`);
        return pattern.test(now);
      });
      return now;
    },
    async ended() {
      await until(() => told('#{pane_dead}') === '1');
      return { code: Number(told('#{pane_dead_status}')), screen: screen() };
    },
    press: (key) => void tmux('send-keys', key),
  };
}
