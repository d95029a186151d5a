/**
 * A source whose URL names a file: the folder above, with only this file in it. A decorator over any storage. It looks whether
 * the root is a file only where nothing stands below the root, or where a file with the root's own name is asked for.
 */
import type { Location } from '../../config/settings.ts';
import { baseOf, parentOf } from '../paths.ts';
import type { Storage } from '../storage.ts';

/** The folder that the file would be in; undefined where nothing is above. */
export function folderAbove(location: Location): Location | undefined {
  const { path, label } = location;
  const name = baseOf(path);
  if (name === '' || name === '~' || name === '..' || name === '.') return undefined;
  const above = parentOf(path);
  return { ...location, path: path.startsWith('/') && above === '' ? '/' : above, label: parentOf(label) };
}

export interface SingleFileOptions {
  /** The last part of the root. */
  readonly name: string;
  /** Where an empty listing says nothing of whether the root stands: a bucket has no folders. */
  readonly mayListNothing: boolean;
  openAbove(): Promise<Storage>;
}

export function singleFile(root: Storage, { name, mayListNothing, openAbove }: SingleFileOptions): Storage {
  let looking: Promise<Storage | undefined> | undefined;
  let found: Storage | undefined;

  /** The folder above, where the root is a file. */
  function single(): Promise<Storage | undefined> {
    looking ??= look().catch(() => undefined); // the root itself tells what is wrong
    return looking;
  }

  async function look(): Promise<Storage | undefined> {
    const above = await openAbove();
    if ((await above.stat(name).catch(() => undefined))?.kind === 'file') {
      found = above;
      return found;
    }
    await above[Symbol.asyncDispose]();
    return undefined;
  }

  async function holding(path: string): Promise<Storage> {
    if (path !== name) return root;
    looking ??= root.stat(path).then(
      (stands) => (stands ? undefined : look().catch(() => undefined)),
      () => look().catch(() => undefined),
    );
    return (await looking) ?? root;
  }

  /** Asks the root, and where that fails for a file, what stands in for it. */
  async function orElse<T>(ask: () => Promise<T>, instead: (above: Storage) => T | Promise<T>): Promise<T> {
    if (found) return instead(found);
    try {
      return await ask();
    } catch (error) {
      const above = await single();
      if (above) return instead(above);
      throw error;
    }
  }

  const { rights, hashSegments } = root;
  return {
    ...root,
    get features() {
      return (found ?? root).features;
    },
    get copyOffer() {
      return (found ?? root).copyOffer as object;
    },
    async *list(options) {
      let hasListed = false;
      let failure: { readonly error: unknown } | undefined;
      try {
        for await (const page of root.list(options)) {
          hasListed = true;
          yield page;
        }
      } catch (error) {
        if (hasListed || options.signal.aborted) throw error;
        failure = { error };
      }
      if (hasListed || (!failure && !mayListNothing)) {
        looking ??= Promise.resolve(undefined);
        return;
      }
      const stands = await (await single())?.stat(name);
      if (stands?.kind === 'file') {
        const { size, mtimeMs } = stands;
        if (options.prefix === '') yield [{ path: name, kind: 'file', size, mtimeMs }];
      } else if (failure) throw failure.error;
    },
    stat: async (path) => (await holding(path)).stat(path),
    // Asked before every copy: so it is known by then which of the two offers it.
    describesTimes: true,
    describe: async (path) => (await holding(path)).describe?.(path),
    async *read(path, options) {
      yield* (await holding(path)).read(path, options);
    },
    ...(rights && { rights: async (path: string) => (await holding(path)).rights?.(path) }),
    ...(hashSegments && {
      hashSegments: async (path: string, options: Parameters<typeof hashSegments>[1]) =>
        (await (await holding(path)).hashSegments?.(path, options)) ?? [],
    }),
    // The question whether the target lies here is about the folder that holds the file.
    statDraft: async (path, draft, ticket) => (await holding(name)).statDraft(path, draft, ticket),
    clockSkew: (signal) =>
      orElse(
        () => root.clockSkew(signal),
        (above) => above.clockSkew(signal),
      ),
    async [Symbol.asyncDispose]() {
      await using _ = root;
      await using __ = await looking;
    },
  };
}
