/**
 * Makes a draft the file at its path. With an atomic rename that is one step. Without one, the old file is moved to a
 * back-up first and moved back when the second rename fails; a crash between the two leaves the back-up for `recover`.
 */
export interface PublishSteps {
  readonly atomic: boolean;
  readonly temp: Buffer;
  readonly backup: Buffer;
  readonly final: Buffer;
  rename(from: Buffer, to: Buffer): Promise<void>;
  remove(path: Buffer): Promise<void>;
  /** What stands there; undefined for nothing. */
  kind(path: Buffer): Promise<'file' | 'folder' | 'link' | 'special' | undefined>;
}

export async function publishOver(steps: PublishSteps): Promise<void> {
  const { temp, backup, final } = steps;
  const standing = steps.atomic ? undefined : await steps.kind(final);
  // A folder must not be moved aside for a file: the plain rename fails over it, as it should.
  if (standing === undefined || standing === 'folder') {
    await steps.rename(temp, final);
    return;
  }
  await steps.rename(final, backup);
  try {
    await steps.rename(temp, final);
  } catch (error) {
    // The answer alone may be lost: where the new file stands there is nothing to restore.
    if ((await steps.kind(final)) === undefined) await steps.rename(backup, final);
    throw error;
  }
  await steps.remove(backup);
}
