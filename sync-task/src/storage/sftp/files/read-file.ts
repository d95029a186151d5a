/** Reads, hashes and finds one version of a file below the root, never through a link that leads out of it. */
import { SyncError } from '../../../base/errors.ts';
import type { Chunk, FileVersion } from '../../../base/model.ts';
import type { ByteBudget } from '../../budget.ts';
import { vanished } from '../../changed-source.ts';
import { checkPath, parentOf } from '../../paths.ts';
import type { HashOptions, ReadOptions } from '../../storage.ts';
import type { Connections } from '../pool/connections.ts';
import { slots } from '../pool/slots.ts';
import { explainStatus, isStatus, missing, SftpStatus } from '../protocol/sftp-errors.ts';
import { hashSegments } from './check-file.ts';
import type { Confinement } from './confinement.ts';
import { type FactFinder, kindOf } from './facts.ts';
import { readRemoteFile } from './reader.ts';
import type { RemoteFiles } from './remote-files.ts';

export interface FileReadingOptions {
  readonly connections: Connections;
  readonly files: RemoteFiles;
  readonly inside: Confinement;
  /** Of what was read and not yet taken. */
  readonly budget: ByteBudget;
  readonly kind: FactFinder['kind'];
  readonly label: string;
}

export interface FileReading {
  read(path: string, options: ReadOptions): AsyncIterable<Chunk>;
  hash(path: string, options: HashOptions): Promise<readonly string[]>;
  /** Where it stands at the server; undefined where another version does, or nothing. */
  find(path: string, version: FileVersion): Promise<Buffer | undefined>;
}

export function fileReading({ connections, files, inside, budget, kind, label }: FileReadingOptions): FileReading {
  const readSlots = slots(connections.limits.maxReadBytes);
  const remoteOf = (path: string, draft: string | undefined) =>
    draft === undefined ? files.wire(path) : files.temp(path, draft);

  return {
    async *read(path, { expected, start, draft, borrow, signal }) {
      checkPath(path);
      const remote = remoteOf(path, draft);
      try {
        const [found] = await Promise.all([kind(remote), inside.check(parentOf(path))]);
        if (!found) throw vanished(label, path);
        if (found !== 'file') throw noFileAnyMore(label, path);
        yield* readRemoteFile({
          connections,
          budget,
          slots: borrow ? readSlots : undefined,
          remotePath: remote,
          ...{ label, path, expected, start, signal },
          compareMtime: draft === undefined,
        });
      } catch (error) {
        if (isStatus(error, ...missing)) throw vanished(label, path);
        throw explainStatus(error, 'read', label, path);
      }
    },

    async hash(path, { draft, ...options }) {
      checkPath(path);
      await inside.check(parentOf(path));
      return hashSegments(() => connections.pick(), remoteOf(path, draft), options);
    },

    async find(path, version) {
      checkPath(path);
      const remote = files.wire(path);
      const looked = files.lstat(remote).catch((error: unknown) => {
        if (error instanceof SftpStatus) return undefined; // reading it tells why
        throw error;
      });
      const [found] = await Promise.all([looked, inside.check(parentOf(path))]);
      if (!found || kindOf(found.mode) !== 'file') return undefined;
      return found.size === version.size && found.mtimeMs === version.mtimeMs ? remote : undefined;
    },
  };
}

/** A link would lead elsewhere, and opening a pipe would hang the server. */
function noFileAnyMore(label: string, path: string): SyncError {
  return new SyncError(`${label}: ${JSON.stringify(path)} is no regular file any more; a later run looks again`, {
    kind: 'changed',
    reason: 'changed-while-read',
    path,
  });
}
