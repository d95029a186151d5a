/** Publishes the drafts of an SFTP target, and repairs what a crash in the middle left. */
import { SyncError } from '../../../base/errors.ts';
import { draftMissing } from '../../draft-errors.ts';
import { checkPath } from '../../paths.ts';
import type { Storage } from '../../storage.ts';
import type { SftpChannel } from '../protocol/channel.ts';
import { status } from '../protocol/packet.ts';
import { explainStatus, isStatus, missing, SftpStatus } from '../protocol/sftp-errors.ts';
import type { FactFinder } from './facts.ts';
import { type PublishSteps, publishNew, publishOver } from './publish.ts';
import type { RemoteFiles } from './remote-files.ts';

export interface SftpPublishing extends Pick<Storage, 'publish' | 'recover'> {
  /** Whether the server itself refuses to replace where nothing may be replaced, as far as that is known. */
  readonly isAtomicForNew: boolean;
  /** Finds that out, and whether renaming works, with a draft of that name that stands in the root, and may be gone afterwards. */
  learn(name: string): Promise<void>;
}

export function sftpPublishing(
  files: RemoteFiles,
  { kind }: Pick<FactFinder, 'kind'>,
  extensions: SftpChannel['extensions'],
  label: string,
): SftpPublishing {
  const { wire, temp, backup, lstat, remove } = files;
  const atomic = extensions.has('posix-rename@openssh.com');
  /** Undefined while nobody has tried. */
  let links: boolean | undefined = extensions.has('hardlink@openssh.com') ? undefined : false;
  let renameRefuses = false;

  async function explain(error: unknown, path: string, name: string): Promise<unknown> {
    const [draft, standing] = await Promise.all(
      [temp(path, name), wire(path)].map((remote) => kind(remote).catch(() => undefined)),
    );
    if (standing === 'folder') {
      return new SyncError(`${label}: ${JSON.stringify(path)} is a folder; move it away or exclude the file`, {
        kind: 'permanent',
        reason: 'is-a-folder',
        path,
        cause: error,
      });
    }
    if (!draft && isStatus(error, ...missing)) return draftGone(path, error);
    const isForbidden = isStatus(error, status.permissionDenied, status.unsupported);
    // "Failure" may mean anything where something stands already.
    if (draft === 'file' && (isForbidden || (standing === undefined && isStatus(error, status.failure)))) {
      const what = `cannot publish ${JSON.stringify(path)}: the file was written and may not be renamed`;
      return renameForbidden(error, what, path);
    }
    return explainStatus(error, 'publish', label, path);
  }

  function draftGone(path: string, cause: SftpStatus): SyncError {
    const { kind, reason, message } = draftMissing(label, path);
    const way = 'with --publish in-place where the server takes files away as soon as they are closed';
    return new SyncError(`${message}, or ${way}`, { kind, reason, path, cause });
  }

  async function recover(path: string, name: string): Promise<boolean> {
    const looks = [temp(path, name), backup(path, name)].map(async (remote) => (await lstat(remote)) !== undefined);
    const [tempStands = false, backupStands = false] = await Promise.all(looks);
    // Only now: what stands at the path once the back-up was seen is newer than the back-up.
    const finalStands = backupStands && (await lstat(wire(path))) !== undefined;
    if (tempStands) await remove(temp(path, name));
    if (backupStands && finalStands) await remove(backup(path, name));
    if (backupStands && !finalStands) await files.renamePlain(backup(path, name), wire(path));
    return tempStands || backupStands;
  }

  function renameForbidden(cause: SftpStatus, what: string, path?: string): SyncError {
    const { kind, text, code } = cause;
    return new SyncError(
      `${label}: ${what} (the server says ${JSON.stringify(text || `status ${code}`)}); ask its operator to allow rename, or run with --publish in-place, which promises less`,
      { kind, reason: 'rename-refused', cause, ...(path !== undefined && { path }) },
    );
  }

  return {
    get isAtomicForNew() {
      return (links ?? true) || renameRefuses;
    },

    async publish(path, name, { onlyNew, mayWrite } = {}) {
      checkPath(path);
      const steps: PublishSteps = {
        ...files,
        atomic,
        temp: temp(path, name),
        backup: backup(path, name),
        final: wire(path),
        mayWrite,
        link: links === false ? undefined : files.link,
        linksStand: links === true,
        kind,
      };
      try {
        if (!onlyNew) await publishOver(steps);
        else links = (await publishNew(steps, label, path)) === 'linked';
      } catch (error) {
        throw error instanceof SftpStatus ? await explain(error, path, name) : error;
      }
    },

    async recover(path, name) {
      checkPath(path);
      try {
        return await recover(path, name);
      } catch (error) {
        throw explainStatus(error, 'look for what was left of', label, path);
      }
    },

    async learn(name) {
      const [first, second] = [temp(name, name), backup(name, name)];
      const works = (done: Promise<void>) =>
        done.then(
          () => true,
          (error: unknown) => {
            if (error instanceof SftpStatus) return false;
            throw error;
          },
        );
      if (links !== false) links = (await works(files.link(first, second))) && (await lstat(second)) !== undefined;
      if (links) await remove(second); // a rename onto a second name of the same file does nothing
      if (atomic || !links) await files.create(second);
      if (!links) renameRefuses = !(await works(files.renamePlain(first, second)));
      const isRenamed = !links && !renameRefuses;
      if (!isRenamed) {
        if (!atomic && !links) await remove(second);
        await files.rename(first, second).catch(async (error: unknown) => {
          if (atomic) await remove(second);
          throw error instanceof SftpStatus
            ? renameForbidden(error, 'files can be written there and not renamed, so none can be published')
            : error;
        });
      }
      await remove(second);
    },
  };
}
