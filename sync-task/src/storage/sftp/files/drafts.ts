/** Drafts of an SFTP target: written by us or copied by the server, in folders that are made when they turn out to be missing. */
import { SyncError } from '../../../base/errors.ts';
import type { ByteBudget } from '../../budget.ts';
import { checkPath, parentOf } from '../../paths.ts';
import { existsAlready, notAFile } from '../../standing.ts';
import type { Draft, DraftOptions, Storage } from '../../storage.ts';
import type { Connections } from '../pool/connections.ts';
import { status } from '../protocol/packet.ts';
import { explainStatus, isStatus, missing, SftpStatus } from '../protocol/sftp-errors.ts';
import type { Confinement } from './confinement.ts';
import { copiedBytes, startCopy } from './copied-draft.ts';
import { copySource } from './copy-source.ts';
import type { DraftFile } from './draft-file.ts';
import type { FactFinder } from './facts.ts';
import { freeSpace } from './probe.ts';
import type { RemoteFiles } from './remote-files.ts';
import type { RemoteFolders } from './remote-folders.ts';
import { startDraft } from './writer.ts';

export interface SftpDraftsOptions {
  readonly connections: Connections;
  readonly files: RemoteFiles;
  readonly folders: RemoteFolders;
  readonly inside: Confinement;
  /** For what was written and not yet acknowledged. */
  readonly budget: ByteBudget;
  readonly kind: FactFinder['kind'];
  /** Of `accountOf`; undefined where the server copies nothing for us. */
  readonly account: unknown;
  readonly label: string;
}

export interface SftpDrafts extends Required<Pick<Storage, 'draft' | 'draftFrom'>> {
  /** The same under its final name. */
  draftInPlace: Storage['draft'];
}

export function sftpDrafts(options: SftpDraftsOptions): SftpDrafts {
  const { connections, files, folders, inside, budget, kind, account, label } = options;
  const { wire, temp, lstat, rename } = files;
  /** Remote paths of drafts that are being written. */
  const drafting = new Set<string>();
  let copiesData = account !== undefined;

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
      if (freeBytes === 0)
        return explainStatus(new SftpStatus(status.noSpace, error.text, label), 'write', label, path);
    }
    return explainStatus(error, 'write', label, path);
  }

  /** Of a draft that stood: the server may let nobody write behind its beginning, or to it at all. A fresh one is not hurt by that. */
  async function explainGoingOn(error: unknown, path: string): Promise<unknown> {
    const explained = await explainWrite(error, path);
    if (!(explained instanceof SyncError) || !(error instanceof SftpStatus)) return explained;
    if (explained.kind === 'transient' || explained.reason === 'disk-full') return explained;
    const message = `${explained.message}: what was stored of it can't be gone on with, and it is copied from its beginning`;
    return new SyncError(message, { kind: 'transient', reason: 'no-resume', path, cause: error });
  }

  /** What any draft of the path begins with; `begin` opens it, and a folder that is missing above it is made. */
  async function beginDraft<T>(
    path: string,
    draft: DraftOptions,
    begin: (file: DraftFile) => Promise<T>,
    inPlace?: DraftFile['inPlace'],
  ): Promise<T> {
    const remote = inPlace ? wire(path) : temp(path, draft.name);
    const name = remote.toString();
    const exists = () =>
      new SyncError(`${label}: a draft of ${JSON.stringify(path)} with the name ${draft.name} stands there already`, {
        kind: 'permanent',
        reason: 'draft-exists',
        path,
      });
    if (drafting.has(name)) throw exists();
    const explain = draft.resume ? explainGoingOn : explainWrite;
    const start = (from?: number) =>
      begin({
        connections,
        remotePath: remote,
        inPlace,
        start: from,
        mtimeMs: draft.mtimeMs,
        fsync: draft.fsync,
        mayWrite: draft.mayWrite,
        signal: draft.signal,
        exists,
        closed: () => drafting.delete(name),
        explain: (error) => explain(error, path),
      });
    const startIn = async (error: unknown) => {
      if (!isStatus(error, ...missing)) throw error;
      await folders.ensure(parentOf(path));
      return start();
    };
    drafting.add(name);
    try {
      await inside.check(parentOf(path));
      await draft.mayWrite?.();
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
      throw await explain(error, path);
    }
  }

  /** A server follows links where it opens a file, and waits at a pipe. */
  async function assertFile(path: string): Promise<void> {
    const standing = await kind(wire(path)).catch((error: unknown) => {
      throw explainStatus(error, 'look at', label, path);
    });
    if (standing !== undefined && standing !== 'file') throw notAFile(label, path, standing);
  }

  return {
    async draftInPlace(path, draft) {
      checkPath(path);
      await inside.check(parentOf(path));
      if (!draft.onlyNew) await assertFile(path);
      const { expectedBytes } = draft;
      const begin = (file: DraftFile) => startDraft({ ...file, budget, expectedBytes });
      return beginDraft(path, draft, begin, draft.onlyNew ? 'new' : 'over').catch(async (error: unknown) => {
        // Whatever it says where something stands already.
        if (draft.onlyNew && (await kind(wire(path)).catch(() => undefined)) !== undefined)
          throw existsAlready(label, path, error);
        throw error;
      });
    },

    async draft(path: string, draft: DraftOptions): Promise<Draft> {
      checkPath(path);
      const { expectedBytes } = draft;
      return beginDraft(path, draft, (file) => startDraft({ ...file, budget, expectedBytes }));
    },

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
      // The next attempt looks for it under its old name.
      if (resume && resume.draft !== options.name) await rename(name, temp(path, resume.draft));
      return undefined;
    },
  };
}
