/** Every generated secret is looked for in everything that Airflow stored: database, task logs, services' output. */
import { expect, expectEqual } from '../shell.ts';
import { compose } from '../stack.ts';

/** Public by their nature (the id of an S3 key is a login name), or made of the others. */
const PUBLIC = /\.pub$|known_hosts$|authorized_keys$|access_key$/;

export async function secretSearch(): Promise<string> {
  const secrets = await generatedSecrets();
  const places = { database: await databaseText(), 'task logs': await taskLogs(), output: await compose('logs') };

  // The search itself works: what must be there is found.
  expect(places.database.includes('SYNC_TASK_BATCH_FILES'), 'the database dump has no rendered fields');
  expect(places['task logs'].includes('sync_task_airflow'), 'the task logs have no line of the operator');
  expect(secrets.length > 15, `only ${secrets.length} secrets were found in the volumes`);

  const found = Object.entries(places).flatMap(([place, text]) =>
    secrets
      .filter(({ value }) => text.includes(value) || text.includes(Buffer.from(value).toString('hex')))
      .map(({ name }) => `${name} in the ${place}`),
  );
  expectEqual(found, [], 'secrets found');
  const megabytes = Object.values(places).reduce((sum, text) => sum + text.length, 0) / 1e6;
  return `${secrets.length} values in ${megabytes.toFixed(1)} MB of database, logs and output`;
}

/** Values and, for keys, each of their lines: whatever is long enough to mean anything. */
async function generatedSecrets(): Promise<{ name: string; value: string }[]> {
  const script = 'cd /secrets && for f in */*; do printf "%s\\t%s\\n" "$f" "$(base64 -w0 "$f")"; done';
  const listing = await compose('run', '--rm', '--no-deps', '-T', '--entrypoint', 'bash', 'secrets', '-c', script);
  return listing
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([name = '']) => !PUBLIC.test(name))
    .flatMap(([name = '', encoded = '']) =>
      Buffer.from(encoded, 'base64')
        .toString()
        .split('\n')
        .filter((value) => value.length > 16 && !value.startsWith('-----'))
        .map((value) => ({ name, value })),
    );
}

/** Every row of every table, as text. */
async function databaseText(): Promise<string> {
  const query = "SELECT format('COPY %I TO STDOUT;', tablename) FROM pg_tables WHERE schemaname = 'public'";
  const script = `psql -U postgres -d airflow -At -c "${query}" | psql -U postgres -d airflow -q`;
  return compose('exec', '-T', 'postgres', 'bash', '-euo', 'pipefail', '-c', script);
}

async function taskLogs(): Promise<string> {
  return compose('exec', '-T', 'airflow-worker', 'bash', '-c', 'cat $(find /opt/airflow/logs -type f)');
}
