/** The chart is not part of this repository: rendered where one is at hand, as a folder or an archive that K8S_E2E_CHART names. */
import { attempt, expect, run } from '../../e2e/shell.ts';
import { validate } from './manifests.ts';

export async function chart(): Promise<string> {
  const path = process.env['K8S_E2E_CHART'];
  if (!path) return 'NOT rendered: K8S_E2E_CHART names no chart (helm pull apache-airflow/airflow)';
  const helm = (...more: string[]) =>
    run('helm', [
      ...['template', 'airflow', path, '--namespace', 'airflow', '--values', 'deploy/airflow/values.yaml', ...more],
    ]);
  const celery = await helm();
  expect(!/kind: Secret\n/.test(celery), 'the chart makes a Secret of its own: all are to be named by the values');
  const celeryCount = await validate(celery);
  // What the comments in the values say of the other executor.
  const other = await helm(
    ...[
      '--set',
      'executor=KubernetesExecutor,allowPodLaunching=true,redis.enabled=false,data.brokerUrlSecretName=null',
    ],
  );
  expect(other.includes('airflow-pod-launcher-role'), 'with KubernetesExecutor the scheduler may start no pods');
  const otherCount = await validate(other);
  const version = await attempt('helm', ['show', 'chart', path]);
  const number = /^version: (.*)$/m.exec(version.stdout)?.[1];
  return `chart ${number}: ${celeryCount} objects with Celery, ${otherCount} with KubernetesExecutor, all valid, none a Secret`;
}
