/**
 * Everything a worker does under one claim of one file: where the file goes, what was written down about it, and what may be done. Its
 * rules keep a crash decidable:
 *
 * - Nothing leaves for the target unless the lease certainly holds (`lease.ts`).
 * - An intent is written down before what it announces is done. Where the answer is lost, the state may hold it or not. It then
 *   counts as held for every step that destroys something, and as missing for every step that builds on it.
 * - A draft is removed only when the state can hold no intent to resume or publish it.
 */
import { asSyncError } from '../../base/errors.ts';
import type { FileVersion } from '../../base/model.ts';
import type { Claim } from '../../state/state.ts';
import { draftName } from '../../storage/draft-name.ts';
import type { Draft, MayWrite } from '../../storage/storage.ts';
import { type Intent, type PublishIntent, readIntent, worthResuming } from './intent.ts';
import { leaseLost } from './lease-lost.ts';
import { type Published, publishDraft } from './publish.ts';
import { type Traces, tracesOf } from './remains.ts';
import type { SideFiles } from './side-file.ts';
import type { Transfer } from './transfer.ts';

export interface Attempt {
  readonly claim: Claim;
  /** Of the file, at the source. */
  readonly path: string;
  readonly targetPath: string;
  /** The source's version that is to be copied. */
  readonly version: FileVersion;
  /** What the names of side files that its transforms may write end in. */
  readonly sideSuffixes: readonly string[];
  /** Of the draft that this claim writes. */
  readonly name: string;
  /** Kept with an object that is published from the draft. The name alone would not do: a state that is made anew gives the same names again. */
  readonly mark: string;
  /** The last intent about the file, of this claim or an earlier one. */
  readonly intent: Intent | undefined;
  /** Bytes that the next try need not send again. */
  readonly storedBytes: number;
  /** What earlier tries and claims may have left. */
  traces(): Traces;
  /** What stands at the target was published by an attempt that was never recorded. Every intent says so until one is. */
  readonly unrecorded: boolean;
  foundUnrecorded(): void;
  /** Whether this claim or an earlier one may have left anything at the target, or something unrecorded. */
  readonly mayHaveLeft: boolean;
  /** A draft is about to be begun. */
  begins(): void;
  /** In place: what stands at the target is about to become ours, half written. Written down once. */
  touches(): Promise<void>;
  /** All remains of earlier attempts are removed. */
  tidied(): void;
  /** The next try is to look at what this one left. */
  again(): void;
  /** Returns at once where the claim certainly holds. Throws `lease-lost`. */
  mayWrite: MayWrite;
  /** Throws `lease-lost`; after any other error the intent may have been saved. */
  save(intent: Intent): Promise<void>;
  /** Saves the intent, and publishes the complete draft that it names, with its side files. */
  publish(intent: PublishIntent, sides?: SideFiles): Promise<Published>;
  /** What an earlier attempt stored could not be opened: where it never will be, the next one does not try. Does not throw. */
  letGo(error: unknown): Promise<void>;
  /** Closes what a failed try was writing, and removes it unless a later attempt can build on it. Does not throw. */
  close(draft: Draft, sides: SideFiles, error: unknown): Promise<void>;
}

/** Errors after which nothing can be built on a draft: its bytes are not those acknowledged, or it takes no more. */
const spoilt: ReadonlySet<string> = new Set(['digest-differs', 'size-differs', 'no-resume']);

export function openAttempt(transfer: Transfer, claim: Claim): Attempt {
  const { context, chain, run, lease } = transfer;
  const { signal, log } = context;
  const { path, token } = claim;
  const targetPath = chain.targetPath(path);
  const sideSuffixes = chain.asides(path);
  const name = draftName({ run, path, token });
  const version = { size: claim.size, mtimeMs: claim.mtimeMs };
  const mark = `${name}-${context.world.uuid().slice(0, 8)}`;
  const mayWrite = () => lease.check(claim);
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

  /** Announces that a draft is going to be removed. */
  function saveDiscarding({ draft, ticket, version, chain }: Pick<Intent, 'draft' | 'ticket' | 'version' | 'chain'>) {
    return save({ stage: 'discarding', draft, ticket, at: targetPath, asides: sideSuffixes, version, chain });
  }

  let touching: Promise<void> | undefined;
  function touches(): Promise<void> {
    unrecorded = true;
    touching ??= saveDiscarding({ draft: name, version, chain: claim.chain }).catch((error: unknown) => {
      touching = undefined;
      throw error;
    });
    return touching;
  }

  async function publish(next: PublishIntent, sides?: SideFiles): Promise<Published> {
    if (saved !== next || !sure) await save(next);
    signal.throwIfAborted();
    await mayWrite();
    return publishDraft(context, { path, targetPath, intent: next, sides, mayWrite });
  }

  /** Whether the next attempt can build on the draft, and the target is as good as before. */
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
      try {
        await saveDiscarding(intent);
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
    const { draft } = intent;
    await saveDiscarding(intent).catch((unsaved: unknown) => {
      log.warn(`the next attempt goes on with a draft in vain: ${asSyncError(unsaved).message}`, { path, draft });
    });
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
    path,
    targetPath,
    version,
    sideSuffixes,
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
      return tracesOf({ path, abandoned, abandonedBefore }, { targetPath, sideSuffixes, intent });
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
    mayWrite,
    touches,
    save,
    publish,
    letGo,
    close,
  };
}
