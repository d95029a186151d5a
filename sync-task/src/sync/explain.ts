/** Collects why files were chosen or left out, up to a bound, and says how many it left out. */
import type { Log } from '../log.ts';
import type { Explanation } from './result.ts';

export interface Explainer {
  add(explanation: Explanation): void;
  result(): { readonly explain?: readonly Explanation[]; readonly explainLeftOut?: number };
}

const MOST_EXPLANATIONS = 10_000;

/** Does nothing unless asked for. */
export function explainer(wanted: boolean, log: Log): Explainer {
  const explanations: Explanation[] = [];
  let leftOut = 0;
  return {
    add(explanation) {
      if (!wanted) return;
      log.info(`${explanation.decision}: ${explanation.path} (${explanation.reason})`);
      if (explanations.length < MOST_EXPLANATIONS) explanations.push(explanation);
      else leftOut++;
    },
    result: () => (wanted ? { explain: explanations, explainLeftOut: leftOut } : {}),
  };
}
