/** `sftp://`: the contract of `storage.ts` over SFTP version 3. */
import { byteBudget } from '../budget.ts';
import { skewFromAccess } from '../clock.ts';
import { isOwnName } from '../draft-name.ts';
import { checkPath } from '../paths.ts';
import type { Storage, StoredFile } from '../storage.ts';
import type { OpenOptions } from '../storage-module.ts';
import { offersCheckFile } from './files/check-file.ts';
import { confinement } from './files/confinement.ts';
import { accountOf, offers } from './files/copy-source.ts';
import { sftpDrafts } from './files/drafts.ts';
import { type Facts, factFinder } from './files/facts.ts';
import { serverFeatures } from './files/features.ts';
import { listTree } from './files/listing.ts';
import { knownFreeSpace, probeServer, rightsOf } from './files/probe.ts';
import { sftpPublishing } from './files/publishing.ts';
import { fileReading } from './files/read-file.ts';
import { realRoot, rootOf } from './files/real-root.ts';
import { remoteFiles } from './files/remote-files.ts';
import { remoteFolders } from './files/remote-folders.ts';
import { type Connections, type ConnectionsOptions, openConnections } from './pool/connections.ts';
import type { SftpChannel } from './protocol/channel.ts';
import { explainStatus, isStatus, missing, SftpStatus } from './protocol/sftp-errors.ts';

export interface SftpStorageOptions extends ConnectionsOptions {
  /** Bytes in flight at most. */
  readonly bufferBytes: number;
}

/** Enough asked for on one connection; more only fills memory. */
const READ_BYTES_PER_CONNECTION = 4 * 1024 * 1024;
/** Less than the window of OpenSSH's sessions (2 MiB): what does not fit in it would wait here, as a copy. */
const WRITE_BYTES_PER_CONNECTION = 1.5 * 1024 * 1024;

const NEAR_MS = 2;
const FILES_NEAR = 128;
const FILES_FAR = 256;

export function open({ endpoint, role, settings, log, signal }: OpenOptions): Promise<Storage> {
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
  const connections = await openConnections(options);
  try {
    const first = await connections.pick();
    const hashesFiles = await offersCheckFile(first);
    const root = await rootOf(options.location, first);
    return storageOn(connections, { ...options, root, hashesFiles, extensions: first.extensions });
  } catch (error) {
    await connections.close();
    throw error;
  }
}

interface Opened extends SftpStorageOptions {
  readonly root: string;
  readonly hashesFiles: boolean;
  readonly extensions: SftpChannel['extensions'];
}

function storageOn(connections: Connections, options: Opened): Storage {
  const { label } = options.location;
  const { root, hashesFiles, extensions } = options;
  const bounded = (bytes: number) => byteBudget(Math.min(options.bufferBytes, bytes * connections.allowed));
  const account = extensions.has('copy-data') ? accountOf(options, connections.hostKey) : undefined;

  const files = remoteFiles(connections, root, extensions);
  const { wire, temp, lstat } = files;
  const folders = remoteFolders(connections, label, wire);
  const facts = factFinder(connections);
  const publishing = sftpPublishing(files, facts, extensions, label);
  const inside = confinement(label, async (folder) => {
    const channel = await connections.pick();
    return channel.realpath(wire(folder)).then(String, (error: unknown) => {
      if (error instanceof SftpStatus) return undefined;
      throw error;
    });
  });

  const { kind } = facts;
  const common = { connections, files, inside, kind, label };
  const reading = fileReading({ ...common, budget: bounded(READ_BYTES_PER_CONNECTION) });
  const drafts = sftpDrafts({ ...common, folders, account, budget: bounded(WRITE_BYTES_PER_CONNECTION) });

  const storage: Storage = {
    label,
    capabilities: {
      atomicReplace: extensions.has('posix-rename@openssh.com'),
      fsync: extensions.has('fsync@openssh.com'),
      setMtime: true,
      maxReadBytes: connections.limits.maxReadBytes,
      mtimeStepMs: 1000,
      readsDrafts: true,
      draftsApart: true,
      get publishesNew() {
        return publishing.isAtomicForNew ? 'atomic' : 'looked-at';
      },
      filesAtOnce: filesAtOnce(connections),
      hashesFiles,
    },
    get features() {
      const { algorithms, order, limits } = connections;
      return serverFeatures({
        ...{ extensions, algorithms, keepsOrder: order.isKept, tellers: facts.tellers },
        ...limits,
      });
    },

    async *list({ prefix, signal }) {
      if (prefix !== '') checkPath(prefix);
      const pages = listTree({
        connections,
        root,
        prefix,
        attempts: options.attempts ?? 1,
        signal,
        isOwnName,
        facts,
        explain: (error, path) => explainStatus(error, 'list', label, path),
      });
      for await (const page of pages) {
        if (prefix === '') folders.rootStands();
        yield page;
      }
      if (prefix === '') folders.rootStands();
    },

    async rights(path) {
      checkPath(path);
      return rightsOf(await connections.pick(), wire(path));
    },

    async stat(path) {
      checkPath(path);
      try {
        const found = await facts.find(wire(path));
        return found && storedFile(found);
      } catch (error) {
        throw explainStatus(error, 'look at', label, path);
      }
    },

    read: reading.read,
    hashSegments: async (path, hashing) => {
      checkPath(path);
      return hashesFiles ? reading.hash(path, hashing) : [];
    },

    draft: drafts.draft,
    draftFrom: drafts.draftFrom,
    inPlace: {
      draft: drafts.draftInPlace,
      async settle() {},
      async remove(path) {
        await files.remove(wire(path)).catch((error: unknown) => {
          if (!isStatus(error, ...missing)) throw explainStatus(error, 'remove', label, path);
        });
      },
      freeBytes: () => knownFreeSpace(connections, wire('')),
    },
    ...(account !== undefined && { copyOffer: offers.sign({ account, find: reading.find }) }),

    async statDraft(path, name) {
      checkPath(path);
      const found = await facts.find(temp(path, name)).catch((error: unknown) => {
        throw explainStatus(error, 'look at', label, path);
      });
      return found && storedFile(found);
    },

    publish: publishing.publish,
    recover: publishing.recover,

    async clockSkew(signal) {
      const top = wire('');
      return skewFromAccess({
        lastAccessMs: async () => {
          const found = await lstat(top).catch((error: unknown) => {
            throw explainStatus(error, 'look at', label, '');
          });
          return found?.atimeMs;
        },
        async access() {
          for await (const _ of storage.list({ prefix: '', signal })) break;
        },
      });
    },

    whereabouts: async () => ({
      server: connections.hostKey,
      root: await realRoot(root, async (folder) => (await connections.pick()).realpath(Buffer.from(folder))),
      folders: [],
    }),

    probe: (signal) => {
      const { learn } = publishing;
      return probeServer(storage, { signal, channel: () => connections.pick(), root: wire(''), learn });
    },

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

function storedFile({ kind, size, mtimeMs = 0 }: Facts): StoredFile {
  return { kind, size, mtimeMs };
}
