/** The picture in the documents is the table that every attack is judged by; and the table tells legal from illegal. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { EventRecord } from '../../src/state/state.ts';
import { allSteps, illegalSteps } from './kit/state-machine.ts';

test('docs/reliability.md shows exactly these steps', async (t) => {
  const document = await readFile(join(import.meta.dirname, '../../../docs/reliability.md'), 'utf8');
  const picture = /```mermaid\nstateDiagram-v2\n(.*?)```/s.exec(document)?.[1] ?? '';
  const drawn = picture.split('\n').flatMap((line) => {
    const step = /^\s*(\w+) --> (\w+): (.+)$/.exec(line);
    return step?.[3] ? step[3].split(', ').map((event) => `${step[1]} --> ${step[2]}: ${event}`) : [];
  });
  t.deepEqual(drawn.sort(), allSteps());
});

const paths: Readonly<Record<string, readonly [legal: boolean, path: string]>> = {
  'copied at once': [true, 'claimed:1 intent:1 copied:1'],
  'tried again in the process': [true, 'claimed:1 intent:1 intent:1 copied:1'],
  'taken over, finished from the intent': [true, 'claimed:1 intent:1 claimed:2 copied:2'],
  'swept, recorded from the intent': [true, 'claimed:1 intent:1 recovery:2 copied:2'],
  'swept, then copied': [true, 'claimed:1 recovery:2 recovery:3 claimed:4 intent:4 copied:4'],
  'recorded by a sweep without an intent': [false, 'claimed:1 recovery:2 copied:2'],
  'swept although it was settled': [false, 'claimed:1 intent:1 copied:1 recovery:2'],
  'failed, then copied': [true, 'claimed:1 failed:1 claimed:2 intent:2 copied:2'],
  'copied without an intent': [false, 'claimed:1 copied:1'],
  'recorded by who lost its claim': [false, 'claimed:1 intent:1 claimed:2 intent:2 copied:1'],
  'two claims with one token': [false, 'claimed:1 claimed:1'],
  'settled twice': [false, 'claimed:1 intent:1 copied:1 copied:1'],
};

for (const [what, [legal, path]] of Object.entries(paths)) {
  test(`${legal ? 'legal' : 'illegal'}: ${what}`, (t) => {
    const events = path.split(' ').map((step): EventRecord => {
      const [event = '', token] = step.split(':');
      return { atMs: 0, run: 'r', event: event as EventRecord['event'], token: Number(token), detail: '' };
    });
    t.is(illegalSteps(events).length === 0, legal);
  });
}
