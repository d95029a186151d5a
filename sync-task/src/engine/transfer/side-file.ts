/**
 * What a transform gets besides the bytes: a scratch folder, counters, and side files. A side file is a draft of its own, complete
 * before the intent to publish is saved, and published right before the file it belongs to. The name of its draft follows from that
 * of the file's draft, so that a later attempt finds it after a crash.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncError } from '../../base/errors.ts';
import { draftNameBeside } from '../../storage/draft-name.ts';
import type { Draft, DraftOptions, Storage } from '../../storage/storage.ts';
import type { FileContext } from '../../transform/transform.ts';
import { addCounts, type TransformCounts } from '../result/transform-counts.ts';
import type { FileKeys } from './file-keys.ts';

export interface SideFiles extends AsyncDisposable {
  readonly file: FileContext;
  /** Resolves when all side files are complete at the target, and not yet published. */
  finish(): Promise<void>;
  publish(): Promise<void>;
  /** Leaves them for the attempt that publishes them with their file. */
  leave(): Promise<void>;
  discard(): Promise<void>;
  /** What the names of the side files written end in. */
  suffixes(): readonly string[];
  /** What was counted, in words: `rows valid: 97, rows rejected: 3`. Empty where nothing was. */
  counts(): string;
  /** The same by the names of the transforms. */
  counted(): TransformCounts;
}

/** `path` is the file's at the target. */
export function sideFiles(
  target: Storage,
  path: string,
  sourcePath: string,
  { name, ...options }: DraftOptions,
  keys: Pick<FileKeys, 'take'>,
): SideFiles {
  const drafts = new Map<string, Draft>();
  /** Of drafts that were asked for: one may stand although its answer was lost. */
  const begun = new Set<string>();
  const counted: TransformCounts = {};
  let folder: Promise<string> | undefined;

  async function draftOf(suffix: string): Promise<Draft> {
    const side = path + suffix;
    begun.add(suffix);
    const draft = drafts.get(suffix) ?? (await target.draft(side, { ...options, name: draftNameBeside(name, side) }));
    drafts.set(suffix, draft);
    return draft;
  }

  return {
    file: {
      path: sourcePath,
      signal: options.signal,
      scratch() {
        folder ??= mkdtemp(join(tmpdir(), 'sync-task-')).catch(noFolder);
        return folder;
      },
      async aside(suffix, bytes) {
        await (await draftOf(suffix)).write([bytes]);
      },
      takeKeys: keys.take,
      note: (counter, count, transform = '') => addCounts(counted, { [transform]: { [counter]: count } }),
    },
    async finish() {
      for (const draft of drafts.values()) await draft.finish();
    },
    async publish() {
      for (const suffix of drafts.keys()) await target.publish(path + suffix, draftNameBeside(name, path + suffix));
    },
    async leave() {
      for (const draft of drafts.values()) await draft.leave();
    },
    async discard() {
      for (const suffix of begun) {
        const side = path + suffix;
        const draft = drafts.get(suffix);
        if (draft) await draft.discard();
        else await target.recover(side, draftNameBeside(name, side));
      }
    },
    suffixes: () => [...drafts.keys()],
    counts() {
      const counts = Object.values(counted).flatMap((each) => Object.entries(each));
      return counts.map(([counter, count]) => `${counter}: ${count}`).join(', ');
    },
    counted: () => counted,
    async [Symbol.asyncDispose]() {
      if (folder) await rm(await folder.catch(() => ''), { recursive: true, force: true });
    },
  };
}

/**
 * Whether the drafts of all side files that an earlier attempt completed still stand. A missing one was published before that
 * attempt died.
 */
export async function sideFilesStand(
  target: Storage,
  path: string,
  { draft, asides = [] }: { readonly draft: string; readonly asides?: readonly string[] },
): Promise<boolean> {
  for (const side of asides.map((suffix) => path + suffix)) {
    if (!(await target.statDraft(side, draftNameBeside(draft, side)))) return false;
  }
  return true;
}

/** Publishes the side files that an earlier attempt completed. */
export async function publishSideFiles(
  target: Storage,
  path: string,
  { draft, asides = [] }: { readonly draft: string; readonly asides?: readonly string[] },
): Promise<void> {
  for (const side of asides.map((suffix) => path + suffix)) {
    const name = draftNameBeside(draft, side);
    await target.publish(side, name);
    await target.recover(side, name); // an old one, moved aside by a worker that died then
  }
}

/** Removes an attempt's draft and those of its side files. Returns whether anything was there. */
export async function removeDrafts(
  target: Storage,
  path: string,
  left: { readonly name: string; readonly ticket?: string | undefined; readonly sideSuffixes: readonly string[] },
): Promise<boolean> {
  let found = await target.recover(path, left.name, left.ticket);
  for (const side of left.sideSuffixes.map((suffix) => path + suffix)) {
    if (await target.recover(side, draftNameBeside(left.name, side))) found = true;
  }
  return found;
}

function noFolder(error: NodeJS.ErrnoException): never {
  throw new SyncError(
    `no folder for temporary files can be made in ${tmpdir()} (${error.code}); let TMPDIR name one on a disk with room`,
    { kind: 'permanent', reason: 'no-scratch', cause: error },
  );
}
