/**
 * Names of drafts and back-ups. They are hidden and stand in the target's own folder, so that publishing is one rename
 * on one file system. The name alone tells whose they are: a sweep finds the drafts of a run by its hash, and a
 * listing leaves out exactly these names, nothing that merely looks like them.
 *
 * The longest is 65 bytes, so that it fits wherever the target's own name (at most 255) does.
 */
import { createHash, randomBytes } from 'node:crypto';
import { SyncError } from '../base/errors.ts';

/** Run hash, fencing token and path hash; or a probe. Tokens have up to 16 digits (2^53). */
const draftPattern = '[0-9a-f]{8}-[0-9]{1,16}-[0-9a-f]{16}|probe-[0-9a-f]{16}';
const isDraftName = new RegExp(`^(?:${draftPattern})$`);
const ownName = new RegExp(`^\\.sync-task\\.(?:${draftPattern})\\.(?:tmp|bak)$`);

export interface DraftIdentity {
  readonly run: string;
  readonly path: string;
  /** The fencing token of the claim: every attempt has its own. */
  readonly token: number;
}

/** The same identity always gives the same name, so that a successor finds what a crash left. */
export function draftName({ run, path, token }: DraftIdentity): string {
  return `${hash(run, 8)}-${token}-${hash(path, 16)}`;
}

/** The name of the draft of another file, `path`, that the same attempt writes beside its own. */
export function draftNameBeside(draft: string, path: string): string {
  return `${draft.slice(0, draft.lastIndexOf('-'))}-${hash(path, 16)}`;
}

/** For a probe of rights; never the same twice. */
export function probeName(): string {
  return `probe-${randomBytes(8).toString('hex')}`;
}

/** For a probe that always has the same name, so that the next one finds what a crash left. */
export function probeNameOf(what: string): string {
  return `probe-${hash(what, 16)}`;
}

/** Where a draft is written before it is published. */
export function tempName(draft: string): string {
  return `.sync-task.${checked(draft)}.tmp`;
}

/** Where an old file waits while a new one takes its place, on servers that can't do that in one step. */
export function backupName(draft: string): string {
  return `.sync-task.${checked(draft)}.bak`;
}

/** Whether the last part of a path is a draft or back-up of this program. */
export function isOwnName(base: string): boolean {
  return ownName.test(base);
}

/** A name that listings would not recognise as ours must never be written. */
function checked(draft: string): string {
  if (isDraftName.test(draft)) return draft;
  throw new SyncError(`${JSON.stringify(draft)} is no draft name; make them with draftName()`, {
    kind: 'permanent',
    reason: 'bad-draft-name',
  });
}

function hash(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
