/** Known mistakes, each brought back by one exact replacement in the sources. A simulator that misses them proves nothing. */

export interface Mistake {
  readonly name: string;
  /** What it breaks. */
  readonly why: string;
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

const mistake = (name: string, why: string, file: string, find: string, replace: string): Mistake => ({
  ...{ name, why },
  edits: [{ file, find, replace }],
});

/** A mistake that a second guard hides, unless the guard is removed as well. */
const both = (one: Mistake, other: Mistake): Mistake => ({ ...one, edits: [...one.edits, ...other.edits] });

/** The kinds of fault that a review found. */
export const kinds: readonly Mistake[] = [
  mistake(
    'published-by-size-and-time',
    'an old file of equal size and time counts as what was about to be published',
    'engine/transfer/remains.ts',
    "if (found?.kind !== 'file' || found.size !== intent.targetSize) return false;",
    "if (found?.kind !== 'file' || found.size !== intent.targetSize) return false;\n  if (found.mtimeMs === intent.targetMtimeMs) return true;",
  ),
  both(
    mistake(
      'other-transforms-than-planned',
      'a worker with other transforms than the plan does not refuse',
      'engine/plan/planned-with.ts',
      'const difference = differenceOf(planned, now, what);',
      'const difference = undefined as string | undefined;',
    ),
    mistake(
      '',
      '',
      'engine/transfer/batch-worker.ts',
      'if (planned === chain.key(path)) return;',
      'if (path !== planned) return;',
    ),
  ),
  mistake(
    'existing-is-not-compared',
    'a worker that may replace what its plan may not does not refuse',
    'engine/plan/planned-with.ts',
    "if (planned.existing !== now.existing) return differs('existing', planned.existing, now.existing);",
    '',
  ),
  mistake(
    'other-target',
    'a pipeline that is pointed elsewhere takes what it delivered for delivered there',
    'engine/locations/known-locations.ts',
    'if (target !== undefined && target !== identities.target && !sameFiles && !newTarget) {',
    'if (false as boolean) {',
  ),
  mistake(
    'zombie-writes',
    'a worker that was frozen past its lease goes on writing when it wakes',
    'engine/transfer/lease.ts',
    'return elapsedMs < leaseMs * CERTAIN;',
    'return true;',
  ),
  mistake(
    'refuse-looked-at-once',
    '--existing refuse looks once, and not in the moment of publishing',
    'engine/transfer/transfer.ts',
    "onlyNew: entrance === 'copy-new'",
    'onlyNew: false',
  ),
  mistake(
    'finish-forgets',
    'finish clears an intent without having looked whether it was published',
    'engine/transfer/sweep.ts',
    "if (recoveryOf(remains) === 'record') {",
    'if (false as boolean) {',
  ),
  mistake(
    'places-have-no-owner',
    'two files, or two pipelines, deliver to one path',
    'engine/plan/planner.ts',
    'const refusal = refusals.get(candidate.path);',
    'const refusal = undefined as string | undefined; void refusals;',
  ),
  mistake(
    'asides-have-no-owner',
    'what goes beside a file may be the place of another',
    'engine/plan/path-owners.ts',
    '...chain.asides(path).map((suffix) => ({ targetPath: targetPath + suffix, path, sideFile: true })),',
    '',
  ),
  mistake(
    'one-file-stops-the-sweep',
    'a sweep ends at the first file that it cannot look at',
    'engine/transfer/sweep.ts',
    "if (error.reason.startsWith('state-')) throw error;",
    'if (error) throw error;',
  ),
  mistake(
    'one-file-stops-the-batch',
    'a worker ends at the first file that fails for good',
    'engine/transfer/transfer.ts',
    'const clean = attempt ?',
    "if (error.kind === 'permission') throw error;\n        const clean = attempt ?",
  ),
  mistake(
    'waits-for-ever',
    'who waits for a commit that failed is never told',
    'engine/transfer/group-commit.ts',
    'for (const { done } of group) done.reject(error);',
    'void error;',
  ),
];

/** In claim, renew, intent, publish, sweep and record. */
export const others: readonly Mistake[] = [
  // Both statements must lack it: one alone would hide the mistake.
  both(
    mistake(
      'claim-takes-what-is-held',
      'a claim takes files whose lease stands',
      'state/sql/operations/claim.ts',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a template
      'AND (file.owner IS NULL OR NOT ${leased(nowMs)})\n     ORDER BY',
      'ORDER BY',
    ),
    mistake(
      '',
      '',
      'state/sql/operations/claim.ts',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a template
      'WHERE file.token = excluded.token - 1 AND (file.owner IS NULL OR NOT ${leased(nowMs)})',
      'WHERE file.token = excluded.token - 1',
    ),
  ),
  mistake(
    'claim-forgets-intent',
    'whoever claims a file is not told what was written down of it',
    'state/sql/operations/claim.ts',
    "intent: file['intent'] === null ? undefined : JSON.parse(file['intent']),",
    'intent: undefined,',
  ),
  mistake(
    'renew-believes-itself',
    'a lease that was lost counts as renewed',
    'engine/transfer/lease.ts',
    'else confirmed.delete(path);',
    'else confirmed.set(path, { token, since: sent });',
  ),
  mistake(
    'renewed-when-answered',
    'a lease counts from the answer, and not from the question',
    'engine/transfer/lease.ts',
    'if (held.get(path) === token) confirmed.set(path, { token, since: sent });',
    'if (held.get(path) === token) confirmed.set(path, { token, since: now() });',
  ),
  mistake(
    'monotonic-alone',
    'a machine that slept believes in its lease',
    'engine/transfer/lease.ts',
    'Math.max(world.monotonicMs() - since.monotonicMs, world.wallMs() - since.wallMs)',
    'world.monotonicMs() - since.monotonicMs',
  ),
  mistake(
    'wall-clock-alone',
    'a worker whose clock was put back believes in its lease',
    'engine/transfer/lease.ts',
    'Math.max(world.monotonicMs() - since.monotonicMs, world.wallMs() - since.wallMs)',
    'world.wallMs() - since.wallMs',
  ),
  both(
    mistake(
      'clock-of-the-worker',
      "the worker's wall clock counts as the source's",
      'engine/plan/source-clock.ts',
      'nowMs: () => world.monotonicMs() + offsetMs,',
      'nowMs: () => world.wallMs(),',
    ),
    mistake('', '', 'engine/plan/source-clock.ts', '      return isKnown;', '      return true;'),
  ),
  mistake(
    'publish-before-intent',
    'a file is published before that is written down',
    'engine/transfer/attempt.ts',
    'if (saved !== next || !sure) await save(next);',
    'intent = next;',
  ),
  mistake(
    'intent-of-anybody',
    'who lost his claim still writes intents down',
    'state/sql/operations/intents.ts',
    "AND file.token = r.token AND coalesce(file.owner, '') = r.owner",
    '',
  ),
  mistake(
    'lost-rows-count',
    'who lost his claim is told that his row was saved',
    'engine/transfer/group-commit.ts',
    'done.resolve(!lost.has(row.path));',
    'done.resolve(true || lost.has(row.path));',
  ),
  mistake(
    'record-of-anybody',
    'who lost his claim still records outcomes',
    'state/sql/operations/outcomes.ts',
    "AND file.token = r.token AND coalesce(file.owner, '') = r.owner",
    '',
  ),
  // Publishing a complete draft of another version is harmless: it is recorded as that version, and the file is claimed again.
  mistake(
    'publishes-what-is-gone',
    'a draft that is not there any more is to be published, again and again',
    'engine/transfer/recovery.ts',
    "return draft === 'stored' && wanted === 'same' ? 'publish' : 'remove';",
    "return wanted === 'same' ? 'publish' : 'remove';",
  ),
  mistake(
    'resumes-another-version',
    'segments of another version are gone on with',
    'engine/transfer/remains.ts',
    'const same = wanted !== undefined && intent.chain === wanted.chain && isSameVersion(intent.version, wanted.version);',
    'const same = wanted !== undefined && intent.chain === wanted.chain;',
  ),
  mistake(
    'no-flush',
    'nothing is forced to disk before it is published',
    'engine/transfer/open-draft.ts',
    'fsync: settings.fsync,',
    'fsync: false,',
  ),
  mistake(
    'sides-are-not-published',
    'what goes beside a file stays a draft',
    'engine/transfer/publish.ts',
    'if (sides) await sides.publish();',
    'if (sides) await Promise.resolve();',
  ),
  mistake(
    'sweep-forgets-the-frozen',
    'drafts of workers that were taken for dead stay',
    'engine/transfer/sweep.ts',
    "let swept = which === 'all' ? await sweepTakenOver(sweeper) : 0;",
    'let swept = 0; void sweepTakenOver;',
  ),
  mistake(
    'sweep-clears-without-removing',
    'a sweep gives a claim back as clean and removes nothing',
    'engine/transfer/sweep.ts',
    'const removed = await removeRemains(target, traces);',
    'const removed = Boolean(removeRemains) && false;',
  ),
  mistake(
    'plan-does-not-wait',
    "the plan does not wait for the end of a step of the source's clock",
    'engine/plan/planner.ts',
    'await waitFor(quiet.leftMs(), context);',
    'void waitFor;',
  ),
  mistake(
    'chain-is-not-compared',
    'a file counts as unchanged although its transforms are others',
    'engine/transfer/transfer.ts',
    'checkpoint.chain === claim.chain;',
    'true;',
  ),
];
