/**
 * `npm run bench:plan`: plans a million files from a generated listing, on SQLite and on Postgres, once with all files new and once
 * with all files known. Each plan runs in its own process, so that its peak memory is measured alone. Stores
 * `bench/results/plan.json`, from which the page on speed is written.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flagsOf } from './built-code.ts';
import type { PlanMeasurement, PlanResult } from './plan-results.ts';
import { startPostgres } from './postgres.ts';

const files = Number(process.argv[2] ?? 1_000_000);
const results = join(import.meta.dirname, 'results');
const program = readFileSync(join(import.meta.dirname, '../sync-task/src/bin.ts'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'sync-task-bench-'));

function measure(state: string, password: string, work: string): PlanMeasurement {
  const script = join(import.meta.dirname, 'plan-once.ts');
  const flags = [...flagsOf(program), script, state, String(files), work];
  const env = { PATH: process.env['PATH'], SYNC_TASK_STATE_PASSWORD: password };
  const measured = JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8', env })) as PlanMeasurement;
  console.log(
    `${state.split(':')[0]} ${work}: ${(measured.wallMs / 1000).toFixed(1)} s, ${(measured.peakRssBytes / 1e6).toFixed(0)} MB`,
  );
  return measured;
}

try {
  await using postgres = await startPostgres(folder);
  const states = { sqlite: `sqlite://${join(folder, 'state.db')}`, postgres: postgres.url };
  const result: PlanResult = {
    files,
    measuredAt: new Date().toISOString(),
    states: Object.entries(states).map(([name, url]) => ({
      name,
      new: measure(url, postgres.password, 'new'),
      known: measure(url, postgres.password, 'known'),
    })),
  };
  mkdirSync(results, { recursive: true });
  if (files >= 1_000_000) writeFileSync(join(results, 'plan.json'), `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
