/** The code under test: the same build as in the image, started in the same way. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export interface BuiltCode {
  readonly node: string;
  readonly nodeVersion: string;
  readonly nodeFlags: readonly string[];
  /** What the image's last stage sets. */
  readonly environment: Record<string, string>;
  readonly bin: string;
}

const LEAST_NODE = 24;
const root = join(import.meta.dirname, '..');
const ADDON = 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node';

/**
 * Builds the sources into `folder`, or takes the build at `dist`. Throws, and says what to do, if Node is too old, the build fails
 * or ssh2's native addon does not load: without the addon, the figures would not be those of the image.
 */
export async function builtCode(folder: string, dist: string | undefined): Promise<BuiltCode> {
  checkNode();
  checkAddon();
  const built = dist ?? join(folder, 'dist');
  if (!dist) build(built);
  const bin = join(built, 'bin.js');
  if (!existsSync(bin)) throw new Error(`there is no ${bin}: build the sources first (npm run build)`);
  const environment = imageEnvironment(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  if (environment['NODE_COMPILE_CACHE']) {
    environment['NODE_COMPILE_CACHE'] = join(folder, 'compile-cache');
    await mkdir(environment['NODE_COMPILE_CACHE'], { recursive: true });
  }
  return {
    node: process.execPath,
    nodeVersion: process.version,
    nodeFlags: flagsOf(readFileSync(bin, 'utf8')),
    environment,
    bin,
  };
}

function checkNode(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= LEAST_NODE) return;
  throw new Error(
    `this is Node ${process.versions.node}; the image has Node ${LEAST_NODE}: start with \`npm run bench\``,
  );
}

function checkAddon(): void {
  try {
    createRequire(import.meta.url)(ADDON);
  } catch (cause) {
    const hint = `build it for this Node: npm rebuild ssh2 (needs python3, make, g++)`;
    throw new Error(`ssh2's native addon does not load in Node ${process.versions.node}; ${hint}`, { cause });
  }
}

function build(outDir: string): void {
  try {
    execFileSync(process.execPath, [join(root, 'scripts/build.ts'), outDir], { encoding: 'utf8', stdio: 'pipe' });
  } catch (cause) {
    throw new Error(`the sources don't build:\n${(cause as { stderr?: string }).stderr ?? ''}`, { cause });
  }
}

/** Node's flags in the first line of the program, as in `#!/usr/bin/env -S node --flag`. */
export function flagsOf(program: string): readonly string[] {
  const words = program.match(/^#!(.*)/)?.[1]?.split(/\s+/) ?? [];
  return words.slice(words.findIndex((word) => /(^|\/)node$/.test(word)) + 1).filter((word) => word.startsWith('--'));
}

/** `ENV` of the last stage, except where the state is: every run has its own. */
export function imageEnvironment(dockerfile: string): Record<string, string> {
  const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')).replaceAll('\\\n', ' ');
  const environment: Record<string, string> = {};
  for (const [, settings] of lastStage.matchAll(/^ENV (.*)$/gm)) {
    for (const [, name, quoted, plain] of settings?.matchAll(/(\w+)=(?:"([^"]*)"|(\S*))/g) ?? []) {
      if (name && name !== 'SYNC_TASK_STATE') environment[name] = quoted ?? plain ?? '';
    }
  }
  return environment;
}
