/** What the cases share: files on disk to begin with, and short ways to ask a storage. */
import { randomBytes } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { type ErrorKind, SyncError } from '../../../src/base/errors.ts';
import type { FileVersion, ListedEntry } from '../../../src/base/model.ts';
import { draftName } from '../../../src/storage/draft-name.ts';
import type { Draft, DraftOptions, ReadOptions, Storage } from '../../../src/storage/storage.ts';
import type { OpenedStorage } from '../storage.ts';

export const never = new AbortController().signal;
/** Whole seconds, so that every protocol can keep it. */
export const someTimeMs = Date.UTC(2024, 1, 29, 12, 30, 15);

/** Puts a file there, past the storage, and returns its version as the storage must report it. */
export async function put(
  { ground, storage }: OpenedStorage,
  path: string,
  content: string | Buffer = path,
  mtimeMs = someTimeMs,
): Promise<FileVersion> {
  const bytes = Buffer.from(content);
  await ground.put(path, bytes, mtimeMs);
  const step = storage.capabilities.mtimeStepMs;
  return { size: bytes.length, mtimeMs: Math.floor(mtimeMs / step) * step };
}

/** What stands there, past the storage. */
export async function textAt({ ground }: OpenedStorage, path: string): Promise<string | undefined> {
  return (await ground.get(path))?.toString();
}

/** Everything listed, sorted by path. */
export async function listAll(storage: Storage, prefix = ''): Promise<readonly ListedEntry[]> {
  const entries: ListedEntry[] = [];
  for await (const page of storage.list({ prefix, signal: never })) entries.push(...page);
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export async function listPaths(storage: Storage, prefix = ''): Promise<readonly string[]> {
  return (await listAll(storage, prefix)).map((entry) => entry.path);
}

export async function readAll(
  storage: Storage,
  path: string,
  expected: FileVersion,
  options: Partial<ReadOptions> = {},
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const chunk of storage.read(path, { expected, start: 0, signal: never, ...options })) {
    for (const piece of chunk) {
      if (piece.length === 0) throw new Error('an empty piece');
      pieces.push(Buffer.from(piece));
      piece.fill(0xaa); // chunks are the reader's own: nothing may come to depend on them
    }
  }
  return Buffer.concat(pieces);
}

/** Changes the file once its first chunk has come. */
export async function readWhile<Place extends OpenedStorage>(
  place: Place,
  path: string,
  expected: FileVersion,
  change: (place: Place) => Promise<unknown>,
): Promise<void> {
  let first = true;
  for await (const _ of place.storage.read(path, { expected, start: 0, signal: never })) {
    if (first) await change(place);
    first = false;
  }
}

let token = 0;

/** A draft name that no other test uses. */
export function someDraft(path: string): string {
  token++;
  return draftName({ run: 'contract', path, token });
}

export function startDraft(storage: Storage, path: string, options: Partial<DraftOptions> = {}): Promise<Draft> {
  return storage.draft(path, { name: someDraft(path), mtimeMs: someTimeMs, fsync: false, signal: never, ...options });
}

/** A finished draft; returns its name. */
export async function finishDraft(
  storage: Storage,
  path: string,
  content: string | Buffer,
  options: Partial<DraftOptions> = {},
): Promise<string> {
  const name = options.name ?? someDraft(path);
  const draft = await startDraft(storage, path, { ...options, name });
  if (content.length > 0) await draft.write([Buffer.from(content)]);
  await draft.finish();
  return name;
}

/** The whole way, as the engine goes it. */
export async function publishFile(storage: Storage, path: string, content: string | Buffer): Promise<void> {
  await storage.publish(path, await finishDraft(storage, path, content));
}

export async function throwsSyncError(
  t: ExecutionContext,
  run: () => Promise<unknown>,
  expected: { readonly kind: ErrorKind; readonly reason?: string },
): Promise<void> {
  const error = await t.throwsAsync(run, { instanceOf: SyncError });
  t.like(error, expected, error.message);
  t.false(error.message.includes('\n'), 'the message is one line');
}

export function stopReason(): SyncError {
  return new SyncError('stopped by a test', { kind: 'stopped', reason: 'test' });
}

export function noise(bytes: number): Buffer {
  return randomBytes(bytes);
}
