/** A storage in which one file always fails with the same error. All other files must be delivered. */
import { SyncError } from '../../src/base/errors.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { Process } from './process.ts';

export interface Broken {
  readonly role: 'source' | 'target';
  /** The file's path at the source. Its path at the target fails, too. */
  readonly path: string;
  readonly operations: readonly ('list' | 'stat' | 'read' | 'draft' | 'statDraft' | 'publish' | 'recover')[];
  readonly kind: 'permission' | 'permanent' | 'transient';
}

export const ALWAYS = 'always-fails';
/** A folder that is listed by its parent, but cannot be listed itself. */
export const LOCKED = 'locked';

export function isBroken(broken: Broken, path: string): boolean {
  return path === broken.path || path.startsWith(`${broken.path}.`);
}

export function brokenPlace(storage: Storage, broken: Broken, process: Process): Storage {
  const { kind, role } = broken;
  const fault = (what: string, path: string) =>
    new SyncError(`${role}: ${what} ${path} fails`, { kind, reason: ALWAYS, path });
  const fails = (what: string, path: string) =>
    process.call<never>(`${role} ${what} ${path}: always fails`, () => {
      throw fault(what, path);
    });
  const isMeant = (what: Broken['operations'][number], path: string) =>
    broken.operations.includes(what) && isBroken(broken, path);
  return {
    ...storage,
    async *list(options) {
      yield* storage.list(options);
      if (!broken.operations.includes('list')) return;
      const failure = { kind, reason: ALWAYS, message: fault('list', LOCKED).message };
      yield [{ path: LOCKED, kind: 'unreadable', size: 0, mtimeMs: 0, failure }];
    },
    stat: (path) => (isMeant('stat', path) ? fails('looks at', path) : storage.stat(path)),
    async *read(path, options) {
      if (isMeant('read', path)) await fails('reads', path);
      yield* storage.read(path, options);
    },
    draft: (path, options) => (isMeant('draft', path) ? fails('creates', path) : storage.draft(path, options)),
    statDraft: (path, name, ticket) =>
      isMeant('statDraft', path) ? fails('looks at a draft of', path) : storage.statDraft(path, name, ticket),
    publish: (path, name, options) =>
      isMeant('publish', path) ? fails('publishes', path) : storage.publish(path, name, options),
    recover: (path, name, ticket) =>
      isMeant('recover', path) ? fails('removes', path) : storage.recover(path, name, ticket),
  };
}
