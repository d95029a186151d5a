/** `sftp://`: the storage interface over SFTP version 3. */

import { SyncError } from '../../errors.ts';
import type { FileVersion } from '../../model.ts';
import { byteBudget } from '../budget.ts';
import { skewFromAccess } from '../clock.ts';
import { backupName, isOwnName, tempName } from '../draft-name.ts';
import { checkPath, parentOf } from '../paths.ts';
import type { Place } from '../place.ts';
import type { Draft, DraftOptions, Storage, StoredFile } from '../storage.ts';
import { SftpStatus } from './channel.ts';
import { hashSegments, offersCheckFile } from './check-file.ts';
import { confinement } from './confinement.ts';
import { type Connections, type ConnectionsOptions, openConnections } from './connections.ts';
import { copiedBytes, startCopy } from './copied-draft.ts';
import { accountOf, copySource, offers } from './copy-source.ts';
import type { DraftFile } from './draft-file.ts';
import { serverFeatures } from './features.ts';
import { kindOf, listTree } from './listing.ts';
import { type Attributes, request, status } from './packet.ts';
import { freeSpace, probeServer } from './probe.ts';
import { publishOver } from './publish.ts';
import { readRemoteFile } from './reader.ts';
import { remoteFolders } from './remote-folders.ts';
import { remotePath } from './remote-path.ts';
import { explainStatus, isStatus, missing } from './sftp-errors.ts';
import { slots } from './slots.ts';
import { startDraft } from './writer.ts';

export interface SftpStorageOptions extends ConnectionsOptions {
  /** Bytes in flight at most. */
  readonly bufferBytes: number;
}

/** Enough asked for on one connection; more only fills memory. */
const READ_BYTES_PER_CONNECTION = 4 * 1024 * 1024;
/** Less than the window of OpenSSH's sessions (2 MiB): what does not fit in it would wait here, as a copy. */
const WRITE_BYTES_PER_CONNECTION = 1.5 * 1024 * 1024;

const NEAR_MS = 2;
const FILES_NEAR = 64;
const FILES_FAR = 256;

export function open({ endpoint, role, settings, log, signal }: Place): Promise<Storage> {
  const { location, credentials, proxy, jumps, legacyAlgorithms = false } = endpoint;
  // Half of the budget for what was read and not yet taken, half for what was written and not yet acknowledged.
  const bufferBytes = settings.bufferBytes / 2;
  return sftpStorage({
    location,
    credentials,
    proxy,
    jumps,
    legacyAlgorithms,
    role,
    log,
    signal,
    ...settings,
    bufferBytes,
  });
}

/** Connects. Throws `transient` where the server cannot be reached and `permission` where it does not let us in. */
export async function sftpStorage(options: SftpStorageOptions): Promise<Storage> {
  const { location } = options;
  const label = location.label;
  const connections = await openConnections(options);
  const first = await connections.pick();
  const { extensions } = first;
  const hashesFiles = await offersCheckFile(first);
  const root = await resolveRoot(location.path, async () => (await connections.pick()).realpath(Buffer.from('.')));
  const bounded = (bytes: number) => byteBudget(Math.min(options.bufferBytes, bytes * connections.allowed));
  const reading = bounded(READ_BYTES_PER_CONNECTION);
  const writing = bounded(WRITE_BYTES_PER_CONNECTION);
  const readSlots = slots(connections.limits.maxReadBytes);
  /** Remote paths of drafts that are being written. */
  const drafting = new Set<string>();

  const account = extensions.has('copy-data') ? accountOf(options, connections.hostKey) : undefined;
  let copiesData = account !== undefined;

  const wire = (path: string) => remotePath(root, path);
  const folders = remoteFolders(connections, label, wire);
  const inside = confinement(label, async (folder) => {
    const channel = await connections.pick();
    return channel.realpath(wire(folder)).then(String, (error: unknown) => {
      if (error instanceof SftpStatus) return undefined;
      throw error;
    });
  });
  const sibling = (path: string, name: string) => {
    const parent = parentOf(path);
    return parent === '' ? name : `${parent}/${name}`;
  };
  const temp = (path: string, name: string) => wire(sibling(path, tempName(name)));
  const backup = (path: string, name: string) => wire(sibling(path, backupName(name)));

  async function lstat(remote: Buffer): Promise<Attributes | undefined> {
    const channel = await connections.pick();
    return channel.attributes(request.lstat, [remote]).catch((error: unknown) => {
      if (isStatus(error, ...missing)) return undefined;
      throw error;
    });
  }
  async function command(type: number, ...fields: Buffer[]): Promise<void> {
    await (await connections.pick()).command(type, fields);
  }
  async function rename(from: Buffer, to: Buffer): Promise<void> {
    const channel = await connections.pick();
    if (extensions.has('posix-rename@openssh.com')) await channel.extended('posix-rename@openssh.com', [from, to]);
    else await channel.command(request.rename, [from, to]);
  }

  async function findVersion(path: string, version: FileVersion): Promise<Buffer | undefined> {
    checkPath(path);
    const looked = lstat(wire(path)).catch((error: unknown) => {
      if (error instanceof SftpStatus) return undefined; // reading it tells why
      throw error;
    });
    const [found] = await Promise.all([looked, inside.check(parentOf(path))]);
    if (!found || kindOf(found.mode) !== 'file') return undefined;
    const { size, mtimeMs } = storedFile(found);
    return size === version.size && mtimeMs === version.mtimeMs ? wire(path) : undefined;
  }

  /** How many bytes of what an earlier attempt stored count. */
  async function copiedUntil(path: string, resume: NonNullable<DraftOptions['resume']>): Promise<number> {
    const copied = copiedBytes(resume.ticket);
    if (copied <= resume.offset) return resume.offset;
    const standing = await lstat(temp(path, resume.draft));
    return standing?.size !== undefined && standing.size >= copied ? copied : resume.offset;
  }

  /** "Failure" is all that version 3 has for a full disk: the free space tells. */
  async function explainWrite(error: unknown, path: string): Promise<unknown> {
    if (isStatus(error, status.failure)) {
      const channel = await connections.pick();
      const freeBytes = await freeSpace(channel, wire(parentOf(path))).catch(() => undefined);
      if (freeBytes === 0) return explainStatus(new SftpStatus(status.noSpace, error.message), 'write', label, path);
    }
    return explainStatus(error, 'write', label, path);
  }

  /** What any draft of the path begins with; `begin` opens it, and a folder that is missing above it is made. */
  async function beginDraft<T>(path: string, draft: DraftOptions, begin: (file: DraftFile) => Promise<T>): Promise<T> {
    const name = temp(path, draft.name).toString();
    const exists = () =>
      new SyncError(`${label}: a draft of ${JSON.stringify(path)} with the name ${draft.name} stands there already`, {
        kind: 'permanent',
        reason: 'draft-exists',
        path,
      });
    if (drafting.has(name)) throw exists();
    const start = (from?: number) =>
      begin({
        connections,
        remotePath: temp(path, draft.name),
        start: from,
        mtimeMs: draft.mtimeMs,
        fsync: draft.fsync,
        signal: draft.signal,
        exists,
        closed: () => drafting.delete(name),
        explain: (error) => explainWrite(error, path),
      });
    const startIn = async (error: unknown) => {
      if (!isStatus(error, ...missing)) throw error;
      await folders.ensure(parentOf(path));
      return start();
    };
    drafting.add(name);
    try {
      await inside.check(parentOf(path));
      if (draft.resume) {
        if (draft.resume.draft !== draft.name) await rename(temp(path, draft.resume.draft), temp(path, draft.name));
        return await start(draft.resume.offset);
      }
      // Most folders stand already: asking first would cost every file a round trip.
      return await start()
        .catch(startIn)
        .catch((error: unknown) => {
          folders.forget(); // one that was made has been removed again
          return startIn(error);
        });
    } catch (error) {
      drafting.delete(name);
      throw await explainWrite(error, path);
    }
  }

  const storage: Storage = {
    label,
    capabilities: {
      atomicReplace: extensions.has('posix-rename@openssh.com'),
      fsync: extensions.has('fsync@openssh.com'),
      setMtime: true,
      maxReadBytes: connections.limits.maxReadBytes,
      maxWriteBytes: connections.limits.maxWriteBytes,
      mtimeStepMs: 1000,
      readsDrafts: true,
      draftsApart: true,
      filesAtOnce: filesAtOnce(connections),
      hashesFiles,
    },
    features: serverFeatures({ extensions, algorithms: connections.algorithms, ...connections.limits }),

    list({ prefix, signal }) {
      if (prefix !== '') checkPath(prefix);
      return listTree({
        connections,
        root,
        prefix,
        attempts: options.attempts ?? 1,
        signal,
        isOwnName,
        explain: (error, path) => explainStatus(error, 'list', label, path),
      });
    },

    async stat(path) {
      checkPath(path);
      try {
        const found = await lstat(wire(path));
        return found && storedFile(found);
      } catch (error) {
        throw explainStatus(error, 'look at', label, path);
      }
    },

    async *read(path, { expected, start, draft, borrow, signal }) {
      checkPath(path);
      try {
        const [found] = await Promise.all([
          lstat(draft === undefined ? wire(path) : temp(path, draft)),
          inside.check(parentOf(path)),
        ]);
        if (!found) throw vanished(label, path);
        if (kindOf(found.mode) !== 'file') throw changedKind(label, path);
        yield* readRemoteFile({
          connections,
          budget: reading,
          slots: borrow ? readSlots : undefined,
          remotePath: draft === undefined ? wire(path) : temp(path, draft),
          label,
          path,
          expected,
          compareMtime: draft === undefined,
          start,
          signal,
        });
      } catch (error) {
        if (isStatus(error, ...missing)) throw vanished(label, path);
        throw explainStatus(error, 'read', label, path);
      }
    },

    async hashSegments(path, { draft, ...options }) {
      checkPath(path);
      if (!hashesFiles) return [];
      await inside.check(parentOf(path));
      const remote = draft === undefined ? wire(path) : temp(path, draft);
      return hashSegments(() => connections.pick(), remote, options);
    },

    async draft(path: string, draft: DraftOptions): Promise<Draft> {
      checkPath(path);
      const { expectedBytes } = draft;
      return beginDraft(path, draft, (file) => startDraft({ ...file, budget: writing, expectedBytes }));
    },

    ...(account !== undefined && { copyOffer: offers.sign({ account, find: findVersion }) }),

    async draftFrom(origin, path, options) {
      checkPath(path);
      const from = copiesData ? await copySource(account, origin) : undefined;
      if (!from) return undefined;
      const name = temp(path, options.name);
      const resume = options.resume && { ...options.resume, offset: await copiedUntil(path, options.resume) };
      const draft = await beginDraft(path, { ...options, resume }, (file) =>
        startCopy({
          ...file,
          ...{ options, from, expected: origin.expected, label: origin.storage.label, path: origin.path },
          unable: () => {
            copiesData = false;
          },
        }),
      );
      if (draft) return draft;
      drafting.delete(name.toString());
      // Whoever goes on with it looks for it where it was.
      if (resume && resume.draft !== options.name) await rename(name, temp(path, resume.draft));
      return undefined;
    },

    async statDraft(path, name) {
      checkPath(path);
      const found = await lstat(temp(path, name)).catch((error: unknown) => {
        throw explainStatus(error, 'look at', label, path);
      });
      return found && storedFile(found);
    },

    async publish(path, name) {
      checkPath(path);
      await publishOver({
        atomic: storage.capabilities.atomicReplace,
        temp: temp(path, name),
        backup: backup(path, name),
        final: wire(path),
        rename,
        remove: (remote) => command(request.remove, remote),
        kind: async (remote) => {
          const standing = await lstat(remote);
          return standing && kindOf(standing.mode);
        },
      }).catch(async (error: unknown) => {
        const standing = await lstat(wire(path)).catch(() => undefined);
        if (standing && kindOf(standing.mode) === 'folder') {
          throw new SyncError(`${label}: ${JSON.stringify(path)} is a folder; move it away or exclude the file`, {
            kind: 'permanent',
            reason: 'is-a-folder',
            path,
            cause: error,
          });
        }
        throw explainStatus(error, 'publish', label, path);
      });
    },

    async recover(path, name) {
      checkPath(path);
      const [tempStands, backupStands, finalStands] = await Promise.all(
        [temp(path, name), backup(path, name), wire(path)].map(async (remote) => (await lstat(remote)) !== undefined),
      );
      if (tempStands) await command(request.remove, temp(path, name));
      if (backupStands && finalStands) await command(request.remove, backup(path, name));
      if (backupStands && !finalStands) await rename(backup(path, name), wire(path));
      return tempStands === true || backupStands === true;
    },

    async clockSkew(signal) {
      const top = wire('');
      return skewFromAccess({
        lastAccessMs: async () => (await lstat(top))?.atimeMs,
        async access() {
          for await (const _ of storage.list({ prefix: '', signal })) break;
        },
      });
    },

    probe: (signal) => probeServer(storage, { signal, channel: () => connections.pick(), root: wire(''), extensions }),

    async [Symbol.asyncDispose]() {
      await connections.close();
    },
  };
  return storage;
}

/** A long round trip is hidden by more files in flight; each needs a handle at its server. */
function filesAtOnce({ roundTripMs, limits }: Connections): number {
  const wanted = roundTripMs < NEAR_MS ? FILES_NEAR : FILES_FAR;
  return Math.max(1, Math.min(wanted, Math.floor((limits.maxOpenHandles ?? FILES_FAR) / 2)));
}

/** `~/…` is below the login's home folder, which is where a session starts. */
async function resolveRoot(path: string, home: () => Promise<Buffer>): Promise<string> {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path;
  if (!trimmed.startsWith('~')) return trimmed;
  return remotePath((await home()).toString(), trimmed.slice(2)).toString();
}

function storedFile(found: Attributes): StoredFile {
  return { kind: kindOf(found.mode), size: found.size ?? 0, mtimeMs: found.mtimeMs ?? 0 };
}

function vanished(label: string, path: string): SyncError {
  return new SyncError(`${label}: ${JSON.stringify(path)} vanished after it was listed`, {
    kind: 'changed',
    reason: 'vanished',
    path,
  });
}

/** A link would lead elsewhere, and opening a pipe would hang the server. */
function changedKind(label: string, path: string): SyncError {
  return new SyncError(`${label}: ${JSON.stringify(path)} is no regular file any more; a later run looks again`, {
    kind: 'changed',
    reason: 'changed-while-read',
    path,
  });
}
