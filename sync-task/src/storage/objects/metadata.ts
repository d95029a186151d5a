/**
 * What travels with an object as its metadata: the file's modification time under the key that rclone uses too, its SHA-256
 * where it is known, and the mark of the draft that it was, so that a publication whose answer was lost is recognised.
 */
import type { ContentFacts } from '../storage.ts';

export interface ObjectFacts extends ContentFacts {
  readonly mtimeMs: number;
  /** The draft's mark. */
  readonly draft: string;
}

type Metadata = Readonly<Record<string, unknown>> | undefined;

export interface MetadataForm {
  metadataOf(facts: ObjectFacts): Record<string, string>;
  /** The file's own time; undefined where nobody kept it. */
  keptMtimeMs(metadata: Metadata): number | undefined;
  /** Undefined where the object is not ours. */
  draftOf(metadata: Metadata): string | undefined;
}

/** How services spell it: not all take the same keys, and rclone writes the time in two ways. */
export function metadataForm(spelling: {
  readonly draftKey: string;
  writeTime(ms: number): string;
  readTime(text: string): number | undefined;
}): MetadataForm {
  const { draftKey, writeTime, readTime } = spelling;
  const textAt = (metadata: Metadata, key: string) => {
    const text = metadata?.[key];
    return typeof text === 'string' ? text : undefined;
  };
  return {
    metadataOf: ({ mtimeMs, sha256, draft }) => ({
      mtime: writeTime(mtimeMs),
      ...(sha256 === undefined ? {} : { sha256 }),
      [draftKey]: draft,
    }),
    keptMtimeMs(metadata) {
      const text = textAt(metadata, 'mtime');
      return text === undefined ? undefined : readTime(text);
    },
    draftOf: (metadata) => textAt(metadata, draftKey),
  };
}

/** Azure's and Google's. */
export const { metadataOf, keptMtimeMs, draftOf } = metadataForm({
  draftKey: 'synctaskdraft',
  writeTime: (ms) => new Date(ms).toISOString(),
  readTime(text) {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? undefined : ms;
  },
});

/** The file's own time, or else when the object was written; cut to the storage's step. */
export function mtimeOf(metadata: Metadata, writtenMs: number, stepMs: number): number {
  return Math.floor((keptMtimeMs(metadata) ?? writtenMs) / stepMs) * stepMs;
}
