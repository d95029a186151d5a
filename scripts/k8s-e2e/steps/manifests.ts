/** All of deploy/, and what the test lays over it, held against what this API server says its objects are. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { attempt, expect, run } from '../../e2e/shell.ts';
import { engine, kubectl, ownLabel, paths, syncTaskImage } from '../cluster.ts';
import { sourceUrl, targetUrl } from '../servers.ts';

/** As a user's own folder would look: what is here, over what deploy/ has. */
function writeOverlay(): void {
  mkdirSync(paths.overlay, { recursive: true });
  const deploy = '../../../deploy/kustomize';
  const overlay = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'sync-task',
    resources: [`${deploy}/base`, `${deploy}/cronjob`, `${deploy}/airflow`],
    images: [{ name: 'sync-task', newName: syncTaskImage.name, newTag: syncTaskImage.tag }],
    patches: [
      {
        target: { kind: 'Namespace' },
        patch: JSON.stringify([{ op: 'add', path: `/metadata/labels/${ownLabel}`, value: 'yes' }]),
      },
      {
        target: { kind: 'ConfigMap', name: 'sync-task-nightly' },
        patch: JSON.stringify({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'sync-task-nightly' },
          data: { SYNC_TASK_SOURCE: sourceUrl('files'), SYNC_TASK_TARGET: targetUrl('nightly') },
        }),
      },
    ],
  };
  writeFileSync(`${paths.overlay}/kustomization.yaml`, JSON.stringify(overlay, undefined, 2));
}

/** Says how many objects are valid; throws with what is wrong. */
export async function validate(manifests: string, ...more: string[]): Promise<number> {
  const location = engine ? `${paths.schemas}/{{.ResourceKind}}{{.KindSuffix}}.json` : 'default';
  const args = ['-strict', '-summary', '-schema-location', location, ...more, '-'];
  const { code, stdout, stderr } = await attempt('kubeconform', args, manifests);
  expect(code === 0, `kubeconform ended with ${code}:\n${stdout}${stderr}`);
  return Number(/Valid: (\d+)/.exec(stdout)?.[1]);
}

export async function manifests(): Promise<string> {
  writeOverlay();
  if (engine && !existsSync(paths.schemas)) await run(`${engine}/up`, ['--schemas', paths.schemas]);
  let count = 0;
  for (const name of ['base', 'cronjob', 'airflow']) {
    count += await validate(await kubectl('kustomize', `deploy/kustomize/${name}`));
  }
  const all = await kubectl('kustomize', paths.overlay);
  count += await validate(all);

  // It would find a slip.
  const wrong = await validate(all.replace('concurrencyPolicy:', 'concurencyPolicy:')).catch((error: Error) => error);
  expect(wrong instanceof Error && wrong.message.includes('concurencyPolicy'), 'a misspelt key passes for valid');
  return `${count} objects valid; a misspelt key is found`;
}
