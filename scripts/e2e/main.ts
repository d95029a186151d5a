/**
 * The end-to-end test: the compose stack from nothing, driven as a user drives it, compared with `rclone check`.
 * Steps run in order and build on each other; after a failure the rest is not run, since it would fail for that reason.
 *   --keep        leaves the stack running
 *   --only TEXT   only the steps that have TEXT in their name, on the stack that --keep left; repeatable
 *   --all         large files, too: minutes more
 *   --buckets     the steps of buckets alone
 *   --screenshots writes the pictures of the README
 */
import { parseArgs } from 'node:util';
import { findChromium } from './browser.ts';
import { removeStack, showLogs, startServers, startStack } from './stack.ts';
import { browser } from './steps/browser.ts';
import { bucketSteps } from './steps/buckets.ts';
import { failingBatch } from './steps/failing-batch.ts';
import { killedBatch } from './steps/killed-batch.ts';
import { monitoring } from './steps/monitoring.ts';
import { otherDags } from './steps/other-dags.ts';
import { pipelines } from './steps/pipelines.ts';
import { secretSearch } from './steps/secret-search.ts';
import { stackFailures } from './steps/stack-failures.ts';
import { standaloneSteps } from './steps/standalone.ts';
import { firstRun, threeDays } from './steps/three-days.ts';

type Step = readonly [name: string, action: () => Promise<string | undefined>];

/** The image, the SFTP servers and the S3 service alone: minutes less, where only these are meant. */
const buckets: readonly Step[] = [
  ['nothing is left of an earlier run', quietly(removeStack)],
  ['docker compose up --build of the servers, until healthy', quietly(startServers)],
  ...bucketSteps,
];

const everything: readonly Step[] = [
  ['nothing is left of an earlier run', quietly(removeStack)],
  ['docker compose up --build, until healthy', quietly(() => startStack())],
  ['the first scheduled run finds nothing and is green', firstRun],
  ['the three-day example through the DAG', threeDays],
  ['2,000 small files and one of 300 MB, one batch killed half-way', killedBatch],
  ['Redis and the scheduler restarted, then the worker killed, under one run', stackFailures],
  ['a failing batch: a red run, then only it is run again', failingBatch],
  ['a browser: trigger by the form, a green grid, one batch again, the report', browser],
  ['pipelines from YAML: pools, examples that wait, a dry run, a gate', pipelines],
  ['one object, days of the past, the health of all, and a consumer', otherDags],
  ...standaloneSteps,
  ...bucketSteps,
  ['monitoring: every query of the dashboards, on real runs', monitoring],
  ['no secret in what Airflow stored', secretSearch],
];

const { values: options } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    all: { type: 'boolean' },
    buckets: { type: 'boolean', default: false },
    screenshots: { type: 'boolean' },
  },
});
const { only } = options;
const steps = options.buckets ? buckets : everything;
const chosen = only ? steps.filter(([name]) => only.some((text) => name.includes(text))) : steps;

function quietly(action: () => Promise<void>): Step[1] {
  return async () => {
    await action();
    return undefined;
  };
}

// Said now, not after minutes.
if (chosen.some(([, action]) => action === browser)) findChromium();

let passed = 0;
let failed = 0;
for (const [name, action] of chosen) {
  const startedMs = performance.now();
  const time = () => `${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s`;
  try {
    const note = await action();
    passed++;
    console.log(`ok     ${time()}  ${name}${note ? `: ${note}` : ''}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${time()}  ${name}\n${error instanceof Error ? error.message : error}`);
    await showLogs();
    break;
  }
}
if (!options.keep && !only) await removeStack();
const notRun = chosen.length - passed - failed;
console.log(`${passed} passed, ${failed} failed${notRun > 0 ? `, ${notRun} not run` : ''}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
