import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { loadSettings } from '../../src/config/load.ts';
import { refuseUnknownVariables } from '../../src/config/variables.ts';

const places = { SYNC_TASK_SOURCE: 'file:///in', SYNC_TASK_TARGET: 'file:///out' };
const taken = (environment: Record<string, string>) => () =>
  void loadSettings({ flags: {}, environment: { ...places, ...environment } });

test('what Kubernetes tells of services whose names begin with ours is let through', (t) => {
  const address = { SYNC_TASK_STATE_SERVICE_HOST: '10.0.0.1', SYNC_TASK_SERVICE_HOST: '10.0.0.2' };
  const ports = {
    SYNC_TASK_STATE_SERVICE_PORT: '5432',
    SYNC_TASK_STATE_SERVICE_PORT_DB: '5432',
    SYNC_TASK_STATE_PORT: 'tcp://10.0.0.1:5432',
    SYNC_TASK_STATE_PORT_5432_TCP_ADDR: '10.0.0.1',
    SYNC_TASK_PORT: 'tcp://10.0.0.2:80',
  };
  t.notThrows(taken({ ...address, ...ports }));
  t.throws(taken({ SYNC_TASK_STATE_PORT: '5432' }), { message: /SYNC_TASK_STATE_PORT: there is no such setting/ });
});

test('variables that a transform names for its keys are let through', (t) => {
  const SYNC_TASK_TRANSFORM = 'pgp-encrypt:key-env=SYNC_TASK_PARTNER';
  t.notThrows(taken({ SYNC_TASK_TRANSFORM, SYNC_TASK_PARTNER: 'x' }));
  t.notThrows(taken({ SYNC_TASK_TRANSFORM, SYNC_TASK_PARTNER_FILE: 'x' }));
  t.throws(taken({ SYNC_TASK_PARTNER: 'x' }), { message: /SYNC_TASK_PARTNER: there is no such setting/ });
});

test('every variable that our documents and the Airflow side name is known', async (t) => {
  const root = join(import.meta.dirname, '../../..');
  const files = ['README.md', '.env.example', 'docker-compose.yml', 'airflow/sync_task_airflow/connections.py'];
  for (const folder of ['docs/guides', 'docs/reference']) {
    for (const page of await readdir(join(root, folder))) files.push(`${folder}/${page}`);
  }
  const examples = /^SYNC_TASK_(NAME|P)$|_NAME$|_$/; // of documents
  for (const file of files) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [name] of text.matchAll(/\bSYNC_TASK_[A-Z0-9_]+\b/g)) {
      if (examples.test(name) || name.startsWith('SYNC_TASK_FAULTS')) continue;
      try {
        refuseUnknownVariables({ [name]: '' }, []);
      } catch (error) {
        t.fail(`${file}: ${(error as Error).message}`);
      }
    }
  }
  t.pass();
});
