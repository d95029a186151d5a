/** Collects why files were chosen or left out, up to a bound, and says how many it left out. */
import type { Log } from '../log.ts';
import type { Explanation } from './result.ts';

export interface Explainer {
  add(explanation: Explanation): void;
  /** Logs what was added since the last time. */
  tell(): void;
  result(): { readonly explain?: readonly Explanation[]; readonly explainLeftOut?: number };
}

const MOST_EXPLANATIONS = 10_000;
const LINES_AT_ONCE = 1000;

/** Does nothing unless asked for. */
export function explainer(wanted: boolean, log: Log): Explainer {
  const explanations: Explanation[] = [];
  let leftOut = 0;
  let untold: string[] = [];
  function tell(): void {
    if (untold.length > 0) log.info(untold);
    untold = [];
  }
  return {
    tell,
    add(explanation) {
      if (!wanted) return;
      untold.push(`${explanation.decision}: ${explanation.path} (${explanation.reason})`);
      if (untold.length >= LINES_AT_ONCE) tell();
      if (explanations.length < MOST_EXPLANATIONS) explanations.push(explanation);
      else leftOut++;
    },
    result: () => (wanted ? { explain: explanations, explainLeftOut: leftOut } : {}),
  };
}
