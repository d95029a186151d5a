/** Reads `--gate NAME=ACTION[:LIMIT]` and `--accept NAME`. */
import { SyncError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { GateName, GateSetting } from '../settings.ts';
import { parseBytes } from './units.ts';

const limits: Readonly<Record<GateName, 'files' | 'bytes' | 'none'>> = {
  'empty-source': 'none',
  'few-files': 'files',
  'many-files': 'files',
  'total-size': 'bytes',
  'file-size': 'bytes',
  'name-collision': 'none',
  'empty-target': 'none',
};
const names = Object.keys(limits) as GateName[];

/** The setting of every gate: the last one given, else a warning. Throws `usage`. */
export function gatesOf(given: readonly string[], as: string): Readonly<Record<GateName, GateSetting>> {
  const gates = Object.fromEntries(names.map((name) => [name, { action: 'warn', limit: undefined }])) as Record<
    GateName,
    GateSetting
  >;
  for (const text of given) {
    const match = /^([^=]+)=(warn|fail|off)(?::(.+))?$/.exec(text);
    if (!match) throw bad(as, `${JSON.stringify(text)} is not NAME=warn, NAME=fail or NAME=off, with :LIMIT behind it`);
    const [, name = '', action, limit] = match;
    const gate = gateName(name, as);
    gates[gate] = {
      action: action as GateSetting['action'],
      limit: limit === undefined ? undefined : limitOf(gate, limit, as),
    };
  }
  return gates;
}

/** Throws `usage` for a gate that does not exist. */
export function acceptedOf(given: readonly string[], as: string): readonly GateName[] {
  return given.map((name) => gateName(name, as));
}

function gateName(name: string, as: string): GateName {
  if ((names as string[]).includes(name)) return name as GateName;
  const meant = nearest(name, names);
  throw bad(
    as,
    `there is no gate ${JSON.stringify(name)}${meant ? `; did you mean ${meant}?` : ''} (${names.join(', ')})`,
  );
}

function limitOf(gate: GateName, text: string, as: string): number {
  const kind = limits[gate];
  if (kind === 'none') throw bad(as, `${gate} has no limit`);
  const value = kind === 'bytes' ? parseBytes(text) : /^\d{1,12}$/.test(text) ? Number(text) : undefined;
  if (value !== undefined) return value;
  const example = kind === 'bytes' ? 'a size such as 50GiB' : 'a number of files';
  throw bad(as, `${JSON.stringify(text)} is no limit for ${gate}: it takes ${example}`);
}

function bad(as: string, message: string): SyncError {
  return new SyncError(`${as}: ${message}`, { kind: 'usage', reason: 'bad-gate' });
}
