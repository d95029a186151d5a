/**
 * One claim of a file: what it wrote down, and what may be done under it. Its rules keep a crash decidable:
 *
 * - Nothing leaves for the target unless the lease certainly holds (`lease.ts`).
 * - An intent is written down before what it announces is done. Where the answer is lost, it may stand in the state or not,
 *   and counts as standing for whatever destroys something, as missing for whatever builds on it.
 * - A draft is removed only when no intent to resume or publish it can stand in the state.
 */
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { Claim } from '../../state/state.ts';
import { draftName } from '../../storage/draft-name.ts';
import type { Draft } from '../../storage/storage.ts';
import { type Intent, type PublishIntent, readIntent, worthResuming } from './intent.ts';
import { leaseLost } from './lease-lost.ts';
import { isPublished, type Traces, tracesOf } from './remains.ts';
import { publishAsides, type SideFiles } from './side-file.ts';
import type { Transfer } from './transfer.ts';

export interface Attempt {
  readonly claim: Claim;
  /** The file's path at the target. */
  readonly at: string;
  /** Of the draft that this claim writes. */
  readonly name: string;
  /** Kept with an object that is published from it. Not the name alone: a state that is made anew gives the same names again. */
  readonly mark: string;
  /** What was written down last about the file, by this claim or an earlier one. */
  readonly intent: Intent | undefined;
  /** Bytes that the next try need not send again. */
  readonly storedBytes: number;
  /** What this claim's earlier tries, and claims before it, may have left. */
  traces(): Traces;
  /** What stands at the target was published by an attempt that was never recorded. Every intent says so until one is. */
  readonly unrecorded: boolean;
  foundUnrecorded(): void;
  /** Whether anything may be left at the target of this claim or those before it, or unrecorded. */
  readonly mayHaveLeft: boolean;
  /** A draft is about to be begun. */
  begins(): void;
  /** In place: what stands at the target is about to be ours, and half. Written down once. */
  touches(): Promise<void>;
  /** All that was left before is removed. */
  tidied(): void;
  /** The next try is to look at what this one left. */
  again(): void;
  /** Returns at once where the claim certainly holds. Throws `lease-lost`. */
  mayWrite(): void | Promise<void>;
  /** Throws `lease-lost`; after any other error the intent may have been saved. */
  save(intent: Intent): Promise<void>;
  /**
   * Publishes the complete draft that the intent names, with what goes beside it. `taken-away`: in place, and nothing stood there any
   * more right behind that.
   */
  publish(intent: PublishIntent, sides?: SideFiles): Promise<'stands' | 'taken-away'>;
  /** What an earlier attempt stored could not be opened: where that says that it never will be, nobody tries it again. Does not throw. */
  letGo(error: unknown): Promise<void>;
  /** Closes what a failed try was writing, and removes it unless a later attempt can build on it. Does not throw. */
  close(draft: Draft, sides: SideFiles, error: unknown): Promise<void>;
}

/** What was acknowledged is not what stands there, or is not written to again: nothing can be built on it. */
const spoilt: ReadonlySet<string> = new Set(['digest-differs', 'size-differs', 'no-resume']);

export function openAttempt(transfer: Transfer, claim: Claim): Attempt {
  const { context, chain, run, lease } = transfer;
  const { target, signal, log } = context;
  const { path, token } = claim;
  const at = chain.targetPath(path);
  const asides = chain.asides(path);
  const name = draftName({ run, path, token });
  const version = { size: claim.size, mtimeMs: claim.mtimeMs };
  const mark = `${name}-${context.world.uuid().slice(0, 8)}`;
  let intent = readIntent(claim.intent);
  /** Whether the state certainly holds it. */
  let sure = true;
  let tried = false;
  let unrecorded = intent?.unrecorded === true;
  /** As it was given to be saved. */
  let saved = intent;
  let left = claim.abandoned !== undefined || intent !== undefined;

  async function save(next: Intent): Promise<void> {
    saved = next;
    intent = unrecorded ? { ...next, unrecorded } : next;
    sure = false;
    if (!(await transfer.saveIntent({ path, token, intent }))) throw leaseLost(path);
    sure = true;
  }

  let touching: Promise<void> | undefined;
  function touches(): Promise<void> {
    unrecorded = true;
    touching ??= save({ stage: 'discarding', draft: name, at, asides, version, chain: claim.chain }).catch(
      (error: unknown) => {
        touching = undefined;
        throw error;
      },
    );
    return touching;
  }

  /** Only the place knows what became of a file that its owner may take as soon as it is closed. */
  async function lookBehind(next: PublishIntent): Promise<'stands' | 'taken-away'> {
    const found = await target.stat(at);
    if (!found) return 'taken-away';
    if (found.kind === 'file' && found.size === next.targetSize) return 'stands';
    throw new SyncError(
      `${target.label}: ${JSON.stringify(at)} is not what was written there a moment ago (${found.size} bytes, not ${next.targetSize}): somebody else writes to it`,
      { kind: 'transient', reason: 'size-differs', path },
    );
  }

  async function publish(next: PublishIntent, sides?: SideFiles): Promise<'stands' | 'taken-away'> {
    if (saved !== next || !sure) await save(next);
    signal.throwIfAborted();
    await lease.check(claim);
    if (sides) await sides.publish();
    else await publishAsides(target, at, next);
    try {
      await target.publish(at, next.draft, {
        ticket: next.ticket,
        mark: next.mark,
        onlyNew: next.onlyNew === true,
        mayWrite: () => lease.check(claim),
      });
    } catch (error) {
      // The answer to an earlier try may have been lost: then what is in the way is the file itself.
      if (asSyncError(error).reason !== 'exists' || !(await isPublished(context, at, next))) throw error;
    }
    return target.capabilities.inPlace ? lookBehind(next) : 'stands';
  }

  /** Whether the next attempt can build on the draft, and the place is as good as before. */
  function isWorthKeeping(error: unknown): boolean {
    if (spoilt.has(asSyncError(error).reason)) return false;
    if (intent?.draft !== name || intent.stage === 'discarding') return false;
    if (intent.stage === 'writing' && !worthResuming(intent)) return false;
    return signal.aborted || asSyncError(error).kind === 'transient';
  }

  async function close(draft: Draft, sides: SideFiles, error: unknown): Promise<void> {
    // Whoever has the file now decides about what is left here.
    const lost = asSyncError(error).reason === 'lease-lost';
    if (lost || isWorthKeeping(error)) {
      await draft.leave();
      if (lost || intent?.stage === 'publishing') await sides.leave();
      else await removed(() => sides.discard());
      return;
    }
    if (intent?.draft === name && intent.stage !== 'discarding') {
      const { ticket, version: made, chain: by } = intent;
      try {
        await save({ stage: 'discarding', draft: name, ticket, at, asides, version: made, chain: by });
      } catch (unsaved) {
        log.warn(`a draft is left for the next attempt: ${asSyncError(unsaved).message}`, { path, draft: name });
        await draft.leave();
        await sides.leave();
        return;
      }
    }
    const gone = [await removed(() => draft.discard()), await removed(() => sides.discard())];
    left = gone.includes(false);
  }

  async function letGo(error: unknown): Promise<void> {
    if (!intent || intent.stage === 'discarding' || !spoilt.has(asSyncError(error).reason)) return;
    const { draft, ticket, version: made, chain: by } = intent;
    await save({ stage: 'discarding', draft, ticket, at, asides, version: made, chain: by }).catch(
      (unsaved: unknown) => {
        log.warn(`the next attempt goes on with a draft in vain: ${asSyncError(unsaved).message}`, { path, draft });
      },
    );
  }

  /** What cannot be removed now is swept by whoever claims the file next. */
  async function removed(discard: () => Promise<void>): Promise<boolean> {
    try {
      await discard();
      return true;
    } catch (error) {
      log.warn(`a draft could not be removed: ${asSyncError(error).message}`, { path, draft: name });
      return false;
    }
  }

  return {
    claim,
    at,
    name,
    mark,
    get intent() {
      return intent;
    },
    get storedBytes() {
      return intent?.stage === 'writing' ? intent.offset : 0;
    },
    traces() {
      const own = tried ? [{ run, token }] : [];
      const before = claim.abandoned ? [claim.abandoned, ...claim.abandonedBefore] : claim.abandonedBefore;
      const [abandoned, ...abandonedBefore] = [...own, ...before];
      return tracesOf({ path, abandoned, abandonedBefore }, { at, intent, asides });
    },
    get unrecorded() {
      return unrecorded;
    },
    foundUnrecorded() {
      unrecorded = true;
    },
    get mayHaveLeft() {
      return left || unrecorded;
    },
    begins() {
      left = true;
    },
    tidied() {
      left = false;
    },
    again() {
      tried = true;
    },
    mayWrite: () => lease.check(claim),
    touches,
    save,
    publish,
    letGo,
    close,
  };
}
