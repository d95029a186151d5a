/**
 * What travels with an object as its metadata: the file's modification time under the key that rclone uses too, its
 * SHA-256 where it is known, and the draft that it was, so that a publication whose answer was lost is recognised.
 */
import type { ContentFacts } from '../storage.ts';

export interface ObjectFacts extends ContentFacts {
  readonly mtimeMs: number;
  readonly draft: string;
}

export function metadataOf({ mtimeMs, sha256, draft }: ObjectFacts): Record<string, string> {
  return {
    mtime: new Date(mtimeMs).toISOString(),
    ...(sha256 === undefined ? {} : { sha256 }),
    synctaskdraft: draft,
  };
}

type Metadata = Readonly<Record<string, unknown>> | undefined;

/** The file's own time, or else when the object was written; cut to the place's step. */
export function mtimeOf(metadata: Metadata, writtenMs: number, stepMs: number): number {
  const own = Date.parse(String(metadata?.['mtime'] ?? ''));
  return Math.floor((Number.isNaN(own) ? writtenMs : own) / stepMs) * stepMs;
}

export function draftOf(metadata: Metadata): string | undefined {
  const draft = metadata?.['synctaskdraft'];
  return typeof draft === 'string' ? draft : undefined;
}
