/** What a transform does besides its output, to be looked at. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unbounded } from '../transform/chain/file-context.ts';
import type { BoundedFile } from '../transform/transform.ts';

export interface RecordingFile extends BoundedFile, AsyncDisposable {
  /** By suffix, as latin1. */
  readonly asides: Record<string, string>;
  readonly notes: Record<string, number>;
}

export function recordingFile(path = 'in/file.csv'): RecordingFile {
  const asides: Record<string, string> = {};
  const notes: Record<string, number> = {};
  const taken = new Set<string>();
  let folder: Promise<string> | undefined;
  return {
    ...unbounded,
    path,
    asides,
    notes,
    signal: new AbortController().signal,
    scratch() {
      folder ??= mkdtemp(join(tmpdir(), 'sync-task-test-'));
      return folder;
    },
    async aside(suffix, bytes) {
      asides[suffix] = (asides[suffix] ?? '') + Buffer.from(bytes).toString('latin1');
    },
    async takeKeys(keys) {
      return keys.map((key) => taken.size < taken.add(key).size);
    },
    note(counter, count) {
      notes[counter] = (notes[counter] ?? 0) + count;
    },
    async [Symbol.asyncDispose]() {
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}
