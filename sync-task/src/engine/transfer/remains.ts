/** Looks at what earlier attempts at a file left at the target, and removes it. */
import { asSyncError } from '../../base/errors.ts';
import type { FileVersion } from '../../base/model.ts';
import type { Claim } from '../../state/state.ts';
import { draftName } from '../../storage/draft-name.ts';
import type { Storage } from '../../storage/storage.ts';
import type { SavedTransforms } from '../../transform/chain/changed-file.ts';
import type { Context } from '../context.ts';
import { compareContent } from './content-digest.ts';
import { type Intent, type PublishIntent, ticketOf, type WritingIntent, worthResuming } from './intent.ts';
import type { Remains } from './recovery.ts';
import { removeDrafts, sideFilesStand } from './side-file.ts';

/** What is needed to find it. */
export interface Traces {
  readonly targetPath: string;
  readonly intent: Intent | undefined;
  /** Of claims that settled nothing, newest first. */
  readonly drafts: readonly DraftTrace[];
  /** What the names of its side files end in. */
  readonly sideSuffixes: readonly string[];
}

interface DraftTrace {
  readonly token: number;
  readonly name: string;
}

/** What is to be copied now. */
export interface Wanted {
  readonly version: FileVersion;
  readonly chain: string;
  readonly segmentBytes: number;
}

/** What an earlier attempt stored and wrote down. */
export interface Stored {
  readonly draft: string;
  readonly ticket: string | undefined;
  readonly mark: string;
  readonly offset: number;
  readonly segments: readonly string[];
  /** Only where transforms made it. */
  readonly transforms?: SavedTransforms;
}

export interface FoundRemains {
  readonly remains: Remains;
  /** Where the draft is one to resume. */
  readonly stored?: Stored;
}

export function tracesOf(
  { path, abandoned, abandonedBefore }: Pick<Claim, 'path' | 'abandoned' | 'abandonedBefore'>,
  now: Pick<Traces, 'targetPath' | 'intent' | 'sideSuffixes'>,
): Traces {
  const claims = abandoned ? [abandoned, ...abandonedBefore] : abandonedBefore;
  const drafts = claims.map((claim) => ({ token: claim.token, name: draftName({ ...claim, path }) }));
  const { intent } = now;
  const sideSuffixes = [...new Set([...now.sideSuffixes, ...(intent?.asides ?? [])])];
  return { targetPath: intent?.at ?? now.targetPath, intent, drafts, sideSuffixes };
}

export async function lookAtRemains(
  context: Context,
  traces: Traces,
  wanted: Wanted | undefined,
): Promise<FoundRemains> {
  const { intent } = traces;
  if (!intent)
    return { remains: { intent: 'none', wanted: wanted ? 'other' : 'nothing', draft: 'gone', published: false } };
  const same = wanted !== undefined && intent.chain === wanted.chain && isSameVersion(intent.version, wanted.version);
  const known = { intent: intent.stage, wanted: wanted ? (same ? 'same' : 'other') : 'nothing' } as const;
  if (intent.stage === 'publishing') {
    const draft = await lookAtWholeDraft(context, traces, intent);
    // A draft that stands as it was made was not published, unless it was published by a link beside it.
    const undecided = draft !== 'stored' || intent.onlyNew === true;
    const published = undecided && (await isPublished(context, traces.targetPath, intent));
    return { remains: { ...known, draft, published } };
  }
  // Without a time, another version of the same size would look the same.
  const fits =
    same &&
    intent.version.mtimeMs !== 0 &&
    intent.stage === 'writing' &&
    intent.digest.segmentBytes === wanted.segmentBytes;
  const stored = fits ? await lookForSegments(context, traces, intent) : undefined;
  return { remains: { ...known, draft: stored ? 'stored' : 'unfit', published: false }, ...(stored && { stored }) };
}

async function lookAtWholeDraft(
  { target }: Context,
  { targetPath }: Traces,
  intent: PublishIntent,
): Promise<Remains['draft']> {
  const draft = await target.statDraft(targetPath, intent.draft, intent.ticket);
  if (!draft) return 'gone';
  if (draft.size !== intent.targetSize) return 'unfit';
  return (await sideFilesStand(target, targetPath, intent)) ? 'stored' : 'unfit';
}

/**
 * Whether what stands at the target is what the intent is about. Size and time prove nothing: an older version may have the
 * same. The target's word about who made it does, or its content.
 */
export async function isPublished(context: Context, targetPath: string, intent: PublishIntent): Promise<boolean> {
  const { target, settings, signal } = context;
  const found = await target.stat(targetPath);
  if (found?.kind !== 'file' || found.size !== intent.targetSize) return false;
  const seen = intent.digest.segments.length > 0;
  const maker = await target.publishedBy?.(targetPath, signal);
  if (maker !== undefined && maker !== (intent.mark ?? intent.draft)) return false;
  // `--verify read-back` asks for more than a name.
  if (maker !== undefined && !(settings.verify === 'read-back' && seen)) return true;
  if (!seen || (maker === undefined && intent.mtimeKept && found.mtimeMs !== intent.targetMtimeMs)) return false;
  const expected = { size: found.size, mtimeMs: found.mtimeMs };
  try {
    return (await compareContent(target, targetPath, intent.digest, { expected, signal })) === undefined;
  } catch (thrown) {
    const error = asSyncError(thrown);
    if (signal.aborted || error.kind === 'transient') throw error;
    return false; // where we may not read, or somebody writes right now, nothing is proved
  }
}

/** What an earlier attempt stored of this very version; undefined where it is gone. */
async function lookForSegments(
  { target }: Context,
  { targetPath, drafts }: Traces,
  intent: WritingIntent,
): Promise<Stored | undefined> {
  if (!worthResuming(intent)) return undefined;
  // An attempt that resumes a draft gives it its own name, and writes to it only after saving that. So a draft of a claim older
  // than the intent's is another draft.
  for (const { token, name } of drafts) {
    if (token < intent.token) continue;
    const ticket = ticketOf(intent, name);
    const standing = await target.statDraft(targetPath, name, ticket);
    // An upload to which nothing was sent holds nothing to resume, and is removed like other empty ones.
    if (!standing || standing.size === 0 || standing.size < intent.offset) continue;
    return {
      draft: name,
      ticket,
      mark: intent.mark ?? intent.draft,
      offset: intent.offset,
      segments: intent.digest.segments,
      ...(intent.transforms && { transforms: intent.transforms }),
    };
  }
  return undefined;
}

/** Removes all remains but the draft named, and restores an old file that was moved aside. Returns whether anything was there. */
export async function removeRemains(target: Storage, traces: Traces, kept?: string): Promise<boolean> {
  const { targetPath, intent, drafts, sideSuffixes } = traces;
  const names = new Set(drafts.map(({ name }) => name));
  if (intent) names.add(intent.draft);
  let found = false;
  for (const name of names) {
    if (name === kept) continue;
    if (await removeDrafts(target, targetPath, { name, ticket: ticketOf(intent, name), sideSuffixes })) found = true;
  }
  return found;
}

export function isSameVersion(a: FileVersion, b: FileVersion): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs;
}
