/**
 * `--publish in-place`: files are written under their final names, for servers that forbid rename, and for those whose owner
 * takes files away as soon as they are closed. A decorator over a storage that can do it (`Storage.inPlace`).
 *
 * Without a hidden draft its promises are gone too: `losses` names them in `check` and in each result and report. One stays:
 * `done` is true. The state records that the path has changed before anything there changes (`DraftOptions.touches`), so half
 * a file is never taken for the old one, nor adopted. The source's time is set last, once every byte is acknowledged. Only
 * the worker that writes a file removes it under its final name. Drafts and back-ups of renaming workers are still recovered.
 */
import { SyncError } from '../../base/errors.ts';
import { draftMissing } from '../draft-errors.ts';
import { probeName, tempName } from '../draft-name.ts';
import type { Draft, DraftOptions, Feature, InPlace, Storage } from '../storage.ts';
import { probeInPlace } from './probe-in-place.ts';

const losses: readonly Feature[] = [
  {
    name: 'whole files only',
    cost: 'a reader at the target may see a file while it is written, and half of one that broke off until it is copied again',
  },
  {
    name: 'keeps the old file',
    cost: 'an old file is lost when the first byte of the new one is written, and is not brought back where that fails',
  },
  {
    name: 'resumes files',
    cost: 'a large file that broke off begins at byte 0 again',
  },
  {
    name: 'checks before publishing',
    cost: 'size, digest and --verify read-back are looked at when the file stands there already',
  },
  {
    name: 'shuts out frozen workers',
    cost: 'what a worker had on its way when it froze may land in the file that its successor writes (verify --checksum target sees it)',
  },
].map((loss) => ({ ...loss, offered: false, matters: true }));

/** Throws `usage` where the storage can't do that. */
export function inPlace(storage: Storage): Storage {
  const { label, inPlace: place } = storage;
  if (!place) {
    throw new SyncError(`--publish in-place is for SFTP and folders, and does nothing for ${label}; leave it out`, {
      kind: 'usage',
      reason: 'bad-option',
    });
  }
  /** Files that this process has written whole and closed: only these count as published. */
  const whole = new Set<string>();
  const { draftFrom: _, ...rest } = storage;
  return {
    ...rest,
    capabilities: {
      ...storage.capabilities,
      atomicReplace: false,
      publishesNew: 'atomic',
      readsDrafts: false,
      inPlace: true,
      weakened: losses.flatMap(({ cost }) => cost ?? []),
    },
    get features() {
      return [...losses, ...(storage.features ?? [])];
    },
    draft: async (path, options) => lazyDraft(place, path, options, () => whole.add(keyOf(path, options.name))),
    // What a renaming worker left under that name is never published from here.
    statDraft: async () => undefined,
    async publish(path, name) {
      if (!whole.delete(keyOf(path, name))) throw draftMissing(label, path);
      await place.settle(path);
    },
    probe: (signal) => probeInPlace(storage, place, tempName(probeName()), signal),
  };
}

const keyOf = (path: string, name: string) => `${name} ${path}`;

/** Opens with the first byte, or at the end of an empty file: a source that can't be read leaves the old file as it is. */
function lazyDraft(place: InPlace, path: string, options: DraftOptions, onWhole: () => void): Draft {
  let opening: Promise<Draft> | undefined;
  const { resume: _, ...fresh } = options;

  async function open(): Promise<Draft> {
    if (!options.onlyNew) await options.touches?.();
    const draft = await place.draft(path, fresh);
    try {
      if (options.onlyNew) await options.touches?.();
      return draft;
    } catch (error) {
      await draft.leave();
      throw error;
    }
  }
  function opened(): Promise<Draft> {
    opening ??= open();
    return opening;
  }
  const standing = () => opening?.catch(() => undefined); // the writer was told

  return {
    takesAtOnce: false,
    write: async (chunk) => (await opened()).write(chunk),
    // It is never resumed.
    storedBytes: 0,
    async flush() {},
    async finish(facts) {
      const finished = await (await opened()).finish(facts);
      onWhole();
      return finished;
    },
    async leave() {
      await (await standing())?.leave();
    },
    async discard() {
      await (await standing())?.discard();
    },
  };
}
