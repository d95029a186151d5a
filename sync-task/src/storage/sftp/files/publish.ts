/**
 * Makes a draft the file at its path. With an atomic rename that is one step. Without one, the old file is moved to a
 * back-up first and moved back when the second rename fails; a crash between the two leaves the back-up for `recover`.
 *
 * A worker that sleeps between two steps finds on waking that its draft is gone: whoever took the file over has published it or
 * removed it first. So its rename fails and replaces nothing. The one step that would still do harm is to move aside what
 * its successor has published meanwhile, and the one that could undo it is to move the old file back; the lease is asked for
 * right before each. Once it is over the back-up is left to the successor, who looks for it first.
 */
import { existsAlready } from '../../standing.ts';
import type { MayWrite } from '../../storage.ts';
import { isStatus, missing, SftpStatus } from '../protocol/sftp-errors.ts';

export interface PublishSteps {
  readonly temp: Buffer;
  readonly backup: Buffer;
  readonly final: Buffer;
  readonly mayWrite: MayWrite | undefined;
  /** Over what stands there where that is atomic. */
  readonly atomic: boolean;
  rename(from: Buffer, to: Buffer): Promise<void>;
  /** Version 3's own, which should refuse to replace. */
  renamePlain(from: Buffer, to: Buffer): Promise<void>;
  /** A second name for a file; undefined where the server has no such request. */
  readonly link: ((from: Buffer, to: Buffer) => Promise<void>) | undefined;
  /** A second name has been seen to stand: one that does not was taken away by its owner. */
  readonly linksStand: boolean;
  remove(path: Buffer): Promise<void>;
  /** What stands there; undefined for nothing. */
  kind(path: Buffer): Promise<'file' | 'folder' | 'link' | 'special' | undefined>;
}

export async function publishOver(steps: PublishSteps): Promise<void> {
  const { temp, backup, final, mayWrite } = steps;
  const standing = steps.atomic ? undefined : await steps.kind(final);
  await mayWrite?.();
  // A folder must not be moved aside for a file: the plain rename fails over it, as it should.
  if (standing === undefined || standing === 'folder') {
    await steps.rename(temp, final);
    return;
  }
  await steps.rename(final, backup);
  try {
    await mayWrite?.();
    await steps.rename(temp, final);
  } catch (error) {
    // The answer alone may be lost: where the new file stands there is nothing to restore.
    if ((await steps.kind(final)) === undefined) {
      await mayWrite?.();
      await steps.renamePlain(backup, final); // never over what has come meanwhile
    }
    throw error;
  }
  await steps.remove(backup);
}

/**
 * Where nothing may be replaced: by a second name, which is refused where one stands, or by version 3's rename behind a look.
 * What stands there is never moved. Returns whether the server refused the second name and took the rename.
 */
export async function publishNew(steps: PublishSteps, label: string, path: string): Promise<'linked' | 'renamed'> {
  const { temp, final, mayWrite, link } = steps;
  const refuse = async (error?: unknown) => {
    if ((await steps.kind(final)) !== undefined) throw existsAlready(label, path, error);
  };
  if (link) {
    await mayWrite?.();
    const refused = await link(temp, final).then(
      () => undefined,
      async (error: unknown) => {
        if (!(error instanceof SftpStatus) || isStatus(error, ...missing)) throw error;
        await refuse(error);
        return error;
      },
    );
    // rclone says that it made one and makes none: without a look the draft would be removed, and the file lost.
    if (!refused && ((await steps.kind(final)) !== undefined || steps.linksStand)) {
      await steps.remove(temp);
      return 'linked';
    }
  }
  await refuse();
  await mayWrite?.();
  await steps.renamePlain(temp, final).catch(async (error: unknown) => {
    if (error instanceof SftpStatus && !isStatus(error, ...missing)) await refuse(error);
    throw error;
  });
  return 'renamed';
}
