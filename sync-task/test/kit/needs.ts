/**
 * Tests that need more than Node and npm's packages. Where it is missing they are skipped, never passed: AVA lists them, and
 * `npm test` names them at the end and fails where CI is set (scripts/skipped.sh).
 */
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type TestFn } from 'ava';
import { type ProgramName, programs } from './programs.ts';

/** AVA's `test` where this machine has all of these programs; else one that skips, hooks included. */
export function needs(...names: readonly ProgramName[]): TestFn {
  const missing = names.find((name) => !programs[name].isThere());
  return missing === undefined ? test : skipping(`${missing}: ${programs[missing].advice}`);
}

/** AVA's `test`, skipped where a reason is given: what is missing, and what to do. */
export function needsNo(reason: string | undefined): TestFn {
  return reason === undefined ? test : skipping(reason);
}

function skipping(reason: string): TestFn {
  const skip = (...declaration: Parameters<typeof test.skip>) => {
    record(reason);
    test.skip(...declaration);
  };
  const skippingTest: TestFn = new Proxy(skip as unknown as TestFn, {
    get(_, name) {
      if (/^(before|after)/.test(String(name))) return nothing;
      if (name === 'macro' || name === 'meta') return test[name];
      return skippingTest; // .serial, .failing and so on
    },
  });
  return skippingTest;
}

const nothing: () => void = new Proxy(() => undefined, { get: () => nothing });

/** One line a test: its file, and what is missing. */
function record(reason: string): void {
  const { SKIPPED_TESTS: list } = process.env;
  if (list) appendFileSync(list, `${relative(process.cwd(), fileURLToPath(test.meta.file))}\t${reason}\n`);
}
