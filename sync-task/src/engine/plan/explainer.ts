/** Collects why files were chosen or left out, up to a bound, and says how many it left out. */
import type { Log } from '../../base/log.ts';
import type { Explanation } from '../result/result.ts';

export interface Explainer {
  add(explanation: Explanation): void;
  /** Logs what was added since the last call. To be called before steps that may fail, so that nothing is lost. */
  tell(): void;
  result(): { readonly explain?: readonly Explanation[]; readonly explainLeftOut?: number };
}

const MOST_EXPLANATIONS = 10_000;

/** Does nothing unless asked for. */
export function explainer(wanted: boolean, log: Log): Explainer {
  const explanations: Explanation[] = [];
  let leftOut = 0;
  let unlogged: string[] = [];
  return {
    add(explanation) {
      if (!wanted) return;
      unlogged.push(`${explanation.decision}: ${explanation.path} (${explanation.reason})`);
      if (explanations.length < MOST_EXPLANATIONS) explanations.push(explanation);
      else leftOut++;
    },
    tell() {
      if (unlogged.length > 0) log.info(unlogged);
      unlogged = [];
    },
    result: () => (wanted ? { explain: explanations, explainLeftOut: leftOut } : {}),
  };
}
