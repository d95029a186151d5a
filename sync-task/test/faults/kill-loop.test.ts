/**
 * SIGKILL at random instants, the same command again and again: days of a feed, each to be the day of an undisturbed run.
 * `SYNC_TASK_FAULTS_KILLS` (40, over all combinations) and `SYNC_TASK_FAULTS_SEED` make it longer or another one.
 */
import { setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { needs } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import { hostilePlace, opensshPlace } from './kit/places.ts';
import { numberFrom } from './kit/random.ts';
import { newScenario, type ScenarioOptions } from './kit/scenario.ts';

const KILLS = numberFrom('SYNC_TASK_FAULTS_KILLS', 40);
const FIRST_SPAN_MS = 2000;

let postgres: Postgres;
test.before(async () => {
  postgres = await startPostgres();
});
test.after.always(() => postgres?.stop());

const inPostgres = () => ({ SYNC_TASK_STATE: postgres.url, SYNC_TASK_STATE_PASSWORD: postgres.password });

const combinations: Readonly<Record<string, (t: ExecutionContext) => ScenarioOptions>> = {
  'folder to folder, SQLite': () => ({}),
  'folder to SFTP, SQLite': (t) => ({
    target: (parent) => hostilePlace(t, parent, 'TARGET', { faults: { delayMs: 5, outOfOrder: true } }),
  }),
  'SFTP to SFTP without posix-rename and fsync, Postgres': (t) => ({
    mayBeAway: true,
    source: (parent) => hostilePlace(t, parent, 'SOURCE', { faults: { shortReads: 7000 } }),
    target: (parent) =>
      hostilePlace(t, parent, 'TARGET', { faults: { delayMs: 5, withoutPosixRename: true, withoutFsync: true } }),
    environment: { ...inPostgres(), SYNC_TASK_PIPELINE: 'old' },
  }),
  'OpenSSH to OpenSSH, Postgres': (t) => ({
    source: () => opensshPlace(t, 'SOURCE'),
    target: () => opensshPlace(t, 'TARGET'),
    environment: { ...inPostgres(), SYNC_TASK_PIPELINE: 'openssh' },
  }),
};
const names = Object.keys(combinations);

for (const name of names) {
  const namedTest = name.startsWith('OpenSSH') ? needs('OpenSSH') : test;
  namedTest.serial(`killed again and again: ${name}`, async (t) => {
    const scenario = await newScenario(t, combinations[name]?.(t));
    let spanMs = FIRST_SPAN_MS;
    let day = 1;
    for (let kills = 0; kills < KILLS / names.length; ) {
      const { child, ended } = scenario.start('sync', '--run', `${t.title} day ${day}`.replaceAll(/[^\w]/g, '-'));
      const over = new AbortController();
      const afterMs = scenario.random.fraction() * spanMs;
      await Promise.race([
        setTimeout(afterMs, undefined, { signal: over.signal }).catch(() => undefined),
        ended.then(() => over.abort()),
      ]);
      child.kill('SIGKILL');
      const { code, signal, stderr } = await ended;
      if (signal === 'SIGKILL') {
        kills++;
        continue;
      }
      // It was faster: the day is done.
      t.is(code, 0, stderr);
      spanMs *= 0.8;
      day++;
      await scenario.nextDay(`day ${day}`.replaceAll(' ', '-'));
    }
    const last = await scenario.run('sync', '--run', `${t.title} day ${day}`.replaceAll(/[^\w]/g, '-'));
    t.is(last.code, 0, last.stderr);
    await scenario.judge();
    t.log(`${Math.ceil(KILLS / names.length)} kills in ${day} days`);
  });
}
