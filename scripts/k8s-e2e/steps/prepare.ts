/** A cluster that may be written to, and the images in it. */
import { mkdirSync } from 'node:fs';
import { attempt, docker, expect, run } from '../../e2e/shell.ts';
import { startAirflow } from '../airflow.ts';
import {
  airflowNamespace,
  builtImages,
  engine,
  kubectl,
  namespace,
  ownLabel,
  paths,
  pushesImages,
  removeAll,
  serverNamespace,
} from '../cluster.ts';

export async function cluster(): Promise<string> {
  if (engine) await run(`${engine}/up`, []);
  const version = JSON.parse(await kubectl('version', '--output', 'json')) as {
    serverVersion: { gitVersion: string };
  };
  await removeAll();
  for (const name of [namespace, airflowNamespace, serverNamespace]) {
    const { code } = await attempt('kubectl', ['get', 'namespace', name]);
    expect(code !== 0, `the cluster has a namespace ${name} that is not of this test: use another cluster`);
  }
  mkdirSync(paths.folder, { recursive: true });
  // Takes as long as the images do.
  startAirflow();
  return `${version.serverVersion.gitVersion}, namespaces marked ${ownLabel}`;
}

export async function images(): Promise<string> {
  for (const [image, context] of builtImages) await docker('build', '--quiet', '--tag', image, context);
  const names = builtImages.map(([image]) => image);
  if (engine) {
    await docker('image', 'inspect', '--format', '{{.Id}}', 'postgres:17');
    await run(`${engine}/up`, [...names, 'postgres:17']);
  } else if (pushesImages) {
    for (const image of names) await docker('push', '--quiet', image);
  }
  return names.join(', ');
}
