/**
 * The test on Kubernetes: everything below deploy/ as a user applies it, the CronJob, and `sftp_sync` with SYNC_TASK_ENGINE=kubernetes.
 * Steps run in order and build on each other; after a failure the rest is not run, since it would fail for that reason.
 */
import { removeAll, showState } from './cluster.ts';
import { applied, servers } from './steps/apply.ts';
import { chart } from './steps/chart.ts';
import { cronJob, wrongPassword } from './steps/cronjob.ts';
import { airflowOutside, dagRun, deferrable, leftovers, outOfMemory } from './steps/dag.ts';
import { insideCluster } from './steps/inside-cluster.ts';
import { manifests } from './steps/manifests.ts';
import { cluster, images } from './steps/prepare.ts';

type Step = readonly [name: string, action: () => Promise<string | undefined>];

const steps: readonly Step[] = [
  ['Kubernetes', cluster],
  ['images', images],
  ['every manifest against the API server’s own schemas, strictly', manifests],
  ['the official chart of Airflow with deploy/airflow/values.yaml', chart],
  ['OpenSSH servers, filled with files', servers],
  ['the base, the CronJob and the rights of Airflow', applied],
  ['Airflow outside of the cluster, with the rights of its worker alone', airflowOutside],
  ['the CronJob by `kubectl create job --from`, twice', cronJob],
  ['a Job with a wrong password is not tried again', wrongPassword],
  ['a pipeline whose tasks are deferred', deferrable],
  ['sftp_sync as pods: one batch evicted, one deleted, both retried', dagRun],
  ['a memory limit that is too low', outOfMemory],
  ['Airflow itself, by the official chart', insideCluster],
  ['nothing is left but what was applied', leftovers],
];

let passed = 0;
let failed = 0;
const begunMs = performance.now();
const seconds = (sinceMs: number) => `${((performance.now() - sinceMs) / 1000).toFixed(1).padStart(6)} s`;
for (const [name, action] of steps) {
  const startedMs = performance.now();
  try {
    const note = await action();
    passed++;
    console.log(`ok     ${seconds(startedMs)}  ${name}${note ? `: ${note}` : ''}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${seconds(startedMs)}  ${name}\n${error instanceof Error ? error.message : error}`);
    await showState();
    break;
  }
}
if (process.env['K8S_E2E_KEEP'] !== '1') await removeAll();
const notRun = steps.length - passed - failed;
console.log(
  `${passed} passed, ${failed} failed${notRun > 0 ? `, ${notRun} not run` : ''}, in ${seconds(begunMs).trim()}`,
);
process.exitCode = failed > 0 ? 1 : 0;
