/** The contract of `state.ts`, run against every backend. */
import type { ExecutionContext } from 'ava';
import type { State } from '../../src/state/state.ts';
import { abandonedCases } from './state/abandoned.ts';
import type { DeclareCase } from './state/arrange.ts';
import { claimCases } from './state/claims.ts';
import { extremeCases } from './state/extremes.ts';
import { fileCases } from './state/files.ts';
import { keyCases } from './state/keys.ts';
import { manifestCases } from './state/manifest.ts';
import { outcomeCases } from './state/outcomes.ts';
import { planningCases } from './state/planning.ts';
import { targetPathCases } from './state/target-paths.ts';

/** `test` of ava, or `test.serial`. */
export type DeclareTest = (title: string, run: (t: ExecutionContext) => Promise<void>) => void;

/** `open` opens an empty state; `another` a second instance on the same database where the backend can, else the same one. */
export function stateContract(
  test: DeclareTest,
  name: string,
  open: (t: ExecutionContext) => Promise<{ readonly state: State; another(): Promise<State> }>,
): void {
  const declare: DeclareCase = (title, run) =>
    test(`${name}: ${title}`, async (t) => {
      const { state, another } = await open(t);
      await run(t, state, another);
    });
  const all = [
    planningCases,
    claimCases,
    abandonedCases,
    outcomeCases,
    fileCases,
    extremeCases,
    manifestCases,
    keyCases,
    targetPathCases,
  ];
  for (const cases of all) cases(declare);
}
