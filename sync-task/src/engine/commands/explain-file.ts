/** `explain PATH`: what the next run would do with one file, and why. A plan that writes nothing and reports one file. */
import type { Context } from '../context.ts';
import type { Explainer } from '../plan/explainer.ts';
import { excludedBy } from '../plan/left-out.ts';
import { plan } from '../plan/plan.ts';
import { makeResult } from '../result/make-result.ts';
import type { Explanation, GateFinding, Result } from '../result/result.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Lists the whole source, because gates and limits depend on all files. */
export async function explainFile(context: Context, given: string): Promise<Result> {
  const startedMs = performance.now();
  const path = given.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
  let found: Explanation | undefined;
  const only: Explainer = {
    add(explanation) {
      // Where its folder is unreadable or a link, the folder's decision holds for the file.
      const isIt = [path, `./${path}`].includes(explanation.path) || path.startsWith(`${explanation.path}/`);
      if (isIt) found ??= explanation;
    },
    tell() {},
    result: () => ({}),
  };
  const settings = { ...context.settings, dryRun: true };
  const { gates = [] } = await plan({ ...context, settings, log: silent }, 'explain', only);
  const explanation = found ? await inWords(context, path, found) : await notListed(context, path);
  const concerning = gates.filter((finding) => concerns(finding, path));
  return makeResult(settings, {
    command: 'explain',
    status: 'done',
    explain: [explanation],
    ...(concerning.length > 0 ? { gates: concerning } : {}),
    startedMs,
  });
}

/** Whether it refuses the run, or names this file. */
function concerns({ verdict, what }: GateFinding, path: string): boolean {
  return verdict === 'refused' || what.includes(JSON.stringify(path));
}

async function inWords(context: Context, path: string, explanation: Explanation): Promise<Explanation> {
  if (explanation.decision !== 'copy') return explanation;
  const { settings, state } = context;
  const pipeline = await state.findPipeline(settings.pipeline);
  const known = pipeline && (await state.file(pipeline.id, path));
  const words: Readonly<Record<string, string>> = {
    new: 'it was never copied',
    'size-changed': `it had ${known?.size} bytes when it was copied last`,
    'mtime-changed': `it was last modified ${known && new Date(known.mtimeMs).toISOString()} when it was copied last`,
    'transform-changed': 'its transforms are others than when it was copied last',
    unsettled: 'an attempt at it was broken off, and may have published it',
    forced: 'known and unchanged, but --force copies it',
    'no-time': 'the source tells no time, so its content is looked at',
    'new-target': 'nothing was delivered to this target yet',
  };
  const more = words[explanation.reason];
  const stable = settings.selection.stableMs > 0 ? '; unless it changes meanwhile (--stable)' : '';
  return { ...explanation, reason: `${explanation.reason}${more ? `: ${more}` : ''}${stable}` };
}

async function notListed({ settings, source }: Context, path: string): Promise<Explanation> {
  const byName = excludedBy(settings.selection, path);
  if (byName) return { path, ...byName };
  const stands = await source.stat(path);
  const reason = stands
    ? 'the source has it, and does not list it: it came this instant, or is a folder or a hidden draft'
    : `${source.label} has no such file; what was copied of it stays at the target`;
  return { path, decision: 'not-listed', reason };
}
