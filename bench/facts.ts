/** What a reader must know of the machine to judge the figures. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { BuiltCode } from './built-code.ts';
import type { Contestants } from './contestants.ts';
import type { Postgres } from './postgres.ts';
import type { Facts } from './results.ts';
import { openSshVersion } from './tools.ts';

export function gatherFacts(code: BuiltCode, contestants: Contestants, postgres: Postgres | undefined): Facts {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    system: `${distribution()}, Linux ${release().split('-')[0]}`,
    node: code.nodeVersion,
    nodeFlags: code.nodeFlags,
    nodeEnvironment: Object.fromEntries(
      Object.entries(code.environment).map(([name, value]) => [name, value.startsWith('/') ? '(a folder)' : value]),
    ),
    ssh2Addon: 'loaded',
    openSsh: openSshVersion(),
    versions: { ...contestants.versions, ...(postgres ? { postgres: postgres.version } : {}) },
    imageBytes: contestants.imageBytes,
  };
}

function distribution(): string {
  const name = readFileSync('/etc/os-release', 'utf8').match(/^PRETTY_NAME="(.*)"/m)?.[1];
  return name ?? 'unknown';
}
