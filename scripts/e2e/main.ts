/**
 * The end-to-end test: the compose stack from nothing, driven as a user drives it, compared with `rclone check`.
 * Steps run in order and build on each other; after a failure the rest is not run, since it would fail for that reason.
 */
import { removeStack, showLogs, startServers, startStack } from './stack.ts';
import { bucketSteps } from './steps/buckets.ts';
import { failingBatch } from './steps/failing-batch.ts';
import { killedBatch } from './steps/killed-batch.ts';
import { otherDags } from './steps/other-dags.ts';
import { pipelines } from './steps/pipelines.ts';
import { secretSearch } from './steps/secret-search.ts';
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
  ['a failing batch: a red run, then only it is run again', failingBatch],
  ['pipelines from YAML: pools, examples that wait, a dry run, a gate', pipelines],
  ['one object, days of the past, the health of all, and a consumer', otherDags],
  ...standaloneSteps,
  ...bucketSteps,
  ['no secret in what Airflow stored', secretSearch],
];

function quietly(action: () => Promise<void>): Step[1] {
  return async () => {
    await action();
    return undefined;
  };
}

const steps = process.argv.includes('--buckets') ? buckets : everything;
let passed = 0;
let failed = 0;
for (const [name, action] of steps) {
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
if (process.env['E2E_KEEP'] !== '1') await removeStack();
const notRun = steps.length - passed - failed;
console.log(`${passed} passed, ${failed} failed${notRun > 0 ? `, ${notRun} not run` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
