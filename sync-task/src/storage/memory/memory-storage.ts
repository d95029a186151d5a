/**
 * `memory://name`: files in the memory of this process, gone with it. For tests, and as the example of
 * docs/guides/new-storage.md: everything that the contract asks for, and nothing else.
 */
import { SyncError } from '../../base/errors.ts';
import type { Chunk, FileVersion, ListedEntry } from '../../base/model.ts';
import { notAsListed, vanished } from '../changed-source.ts';
import { isOwnName, tempName } from '../draft-name.ts';
import { baseOf, checkPath } from '../paths.ts';
import { existsAlready } from '../standing.ts';
import type { Draft, DraftOptions, FinishedDraft, ReadOptions, Storage } from '../storage.ts';
import type { OpenOptions } from '../storage-module.ts';

export interface StoredBytes {
  readonly bytes: Buffer;
  readonly mtimeMs: number;
  /** The mark of the draft that it was. */
  readonly mark?: string;
  /** What stood at its path when it was begun, of a draft. */
  readonly replaces?: StoredBytes | undefined;
}

/** Files by path, and drafts by path and name. */
export interface Memory {
  readonly files: Map<string, StoredBytes>;
  readonly drafts: Map<string, StoredBytes>;
}

const PIECE_BYTES = 256 * 1024;
const PAGE_FILES = 1000;

const memories = new Map<string, Memory>();

/** The same name is the same memory, as long as the process lives. */
export function open({ endpoint: { location } }: OpenOptions): Promise<Storage> {
  const memory = memories.get(location.host) ?? { files: new Map(), drafts: new Map() };
  memories.set(location.host, memory);
  if (location.path === '') return Promise.resolve(memoryStorage(memory, location.label));
  throw new SyncError(`${location.label}: memory has no prefixes; write memory://${location.host}`, {
    kind: 'usage',
    reason: 'bad-url',
  });
}

export function memoryStorage({ files, drafts }: Memory, label: string): Storage {
  const draftKey = (path: string, name: string) => {
    checkPath(path);
    return `${path}/${tempName(name)}`; // refuses what is no name of a draft
  };
  const fault = (path: string, reason: string, why: string) =>
    new SyncError(`${label}: ${JSON.stringify(path)} ${why}`, { kind: 'transient', reason, path });

  return {
    label,
    capabilities: {
      atomicReplace: true,
      fsync: false,
      setMtime: true,
      maxReadBytes: PIECE_BYTES,
      mtimeStepMs: 1,
      readsDrafts: true,
      draftsApart: true,
      publishesNew: 'atomic',
      filesAtOnce: 4,
    },

    async *list({ prefix, signal }) {
      if (prefix !== '') checkPath(prefix);
      let page: ListedEntry[] = [];
      for (const [path, { bytes, mtimeMs }] of files) {
        signal.throwIfAborted();
        if (prefix !== '' && !path.startsWith(`${prefix}/`)) continue;
        if (isOwnName(baseOf(path))) continue;
        page.push({ path, kind: 'file', size: bytes.length, mtimeMs });
        if (page.length < PAGE_FILES) continue;
        yield page;
        page = [];
      }
      signal.throwIfAborted();
      if (page.length > 0) yield page;
    },

    async stat(path) {
      checkPath(path);
      const found = files.get(path);
      return found && { kind: 'file', ...versionOf(found) };
    },

    async *read(path: string, { expected, start, draft, signal }: ReadOptions): AsyncGenerator<Chunk> {
      checkPath(path);
      const look = () => (draft === undefined ? files.get(path) : drafts.get(draftKey(path, draft)));
      const found = look();
      if (!found) throw vanished(label, path);
      const same = draft !== undefined || found.mtimeMs === expected.mtimeMs;
      if (!same || found.bytes.length !== expected.size) throw notAsListed(label, path);
      for (let at = start; at < found.bytes.length; at += PIECE_BYTES) {
        signal.throwIfAborted();
        yield [Buffer.from(found.bytes.subarray(at, at + PIECE_BYTES))]; // a copy: it is the reader's own
      }
      signal.throwIfAborted();
      if (look() !== found) throw notAsListed(label, path);
    },

    async draft(path, options) {
      const key = draftKey(path, options.name);
      options.signal.throwIfAborted();
      if (drafts.has(key)) throw fault(path, 'draft-exists', `has a draft ${options.name} already`);
      const resumed = options.resume && drafts.get(draftKey(path, options.resume.draft));
      if (options.resume) drafts.delete(draftKey(path, options.resume.draft));
      return startDraft(drafts, key, options, files.get(path), resumed?.bytes.subarray(0, options.resume?.offset));
    },

    async statDraft(path, name) {
      const found = drafts.get(draftKey(path, name));
      return found && versionOf(found);
    },

    async publish(path, name, { onlyNew, mayWrite } = {}) {
      const key = draftKey(path, name);
      await mayWrite?.();
      const draft = drafts.get(key);
      if (!draft) throw fault(path, 'draft-missing', 'lost its draft before it was published; run again');
      const standing = files.get(path);
      if (onlyNew && standing) throw existsAlready(label, path);
      if (standing !== draft.replaces) throw fault(path, 'target-changed', 'was written meanwhile; run again');
      files.set(path, {
        bytes: draft.bytes,
        mtimeMs: draft.mtimeMs,
        ...(draft.mark !== undefined && { mark: draft.mark }),
      });
      drafts.delete(key);
    },

    async publishedBy(path) {
      checkPath(path);
      return files.get(path)?.mark;
    },

    recover: async (path, name) => drafts.delete(draftKey(path, name)),
    clockSkew: async () => 0,
    probe: async () => ({ clockSkewMs: 0, freeBytes: undefined, notes: ['it is gone when this process ends'] }),
    async [Symbol.asyncDispose]() {},
  };
}

function startDraft(
  drafts: Map<string, StoredBytes>,
  key: string,
  { name, mark = name, mtimeMs, mayWrite, signal }: DraftOptions,
  replaces: StoredBytes | undefined,
  resumed: Uint8Array = Buffer.alloc(0),
): Draft {
  const pieces: Uint8Array[] = [resumed];
  let storedBytes = resumed.length;
  /** What stands of it, as for every other storage: also when nobody finishes it. */
  const keep = () => drafts.set(key, { bytes: Buffer.concat(pieces), mtimeMs, mark, replaces });
  keep();

  return {
    takesAtOnce: false,
    async write(chunk) {
      signal.throwIfAborted();
      await mayWrite?.();
      pieces.push(...chunk);
      for (const piece of chunk) storedBytes += piece.length;
    },
    get storedBytes() {
      return storedBytes;
    },
    async flush() {
      keep();
    },
    async finish(): Promise<FinishedDraft> {
      signal.throwIfAborted();
      await mayWrite?.();
      keep();
      return { size: storedBytes, mtimeMs, mtimeKept: true };
    },
    async leave() {
      keep();
    },
    async discard() {
      drafts.delete(key);
    },
  };
}

function versionOf({ bytes, mtimeMs }: StoredBytes): FileVersion {
  return { size: bytes.length, mtimeMs };
}
