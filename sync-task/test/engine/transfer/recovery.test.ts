import { readFile } from 'node:fs/promises';
import test from 'ava';
import { entranceOf, type Remains, recoveryOf, type Standing } from '../../../src/engine/transfer/recovery.ts';

const all: readonly Remains[] = (['none', 'writing', 'publishing', 'discarding'] as const).flatMap((intent) =>
  (['same', 'other', 'nothing'] as const).flatMap((wanted) =>
    (['stored', 'unfit', 'gone'] as const).flatMap((draft) =>
      [true, false].map((published) => ({ intent, wanted, draft, published })),
    ),
  ),
);

test('the table in docs/architecture.md is what is done', async (t) => {
  const page = await readFile(new URL('../../../../docs/architecture.md', import.meta.url), 'utf8');
  const lines = page.split('\n');
  const head = lines.findIndex((line) => line.startsWith('| intent | wanted | draft | proved published |'));
  const rows = lines.slice(head + 2, lines.indexOf('', head)).map((line) => line.split('|').map((cell) => cell.trim()));
  const used = new Set<unknown>();
  for (const remains of all) {
    const { intent, wanted, draft, published } = remains;
    const cells = [intent, wanted, draft, published ? 'yes' : 'no'];
    const row = rows.find((row) => cells.every((cell, index) => row[index + 1] === '*' || row[index + 1] === cell));
    used.add(row);
    t.is(row?.[5], recoveryOf(remains), JSON.stringify(remains));
  }
  t.is(used.size, rows.length, 'every row fits something');
});

test('nothing is published that the source no longer has, and nothing proved is forgotten', (t) => {
  for (const remains of all) {
    const recovery = recoveryOf(remains);
    if (recovery === 'publish' || recovery === 'resume') {
      t.deepEqual([remains.wanted, remains.draft], ['same', 'stored']);
      t.is(remains.published && remains.intent === 'publishing', false);
    }
    if (recovery === 'record') t.true(remains.published);
    if (remains.published && remains.intent === 'publishing' && remains.wanted !== 'other') t.is(recovery, 'record');
  }
});

const entrances: readonly (readonly [Standing['at'], Standing['existing'], ReturnType<typeof entranceOf>])[] = [
  ['ours', 'refuse', 'copy'],
  ['ours', 'adopt', 'copy'],
  ['ours', 'replace', 'copy'],
  ['nothing', 'refuse', 'copy-new'],
  ['nothing', 'adopt', 'copy'],
  ['nothing', 'replace', 'copy'],
  ['alike', 'refuse', 'refuse'],
  ['alike', 'adopt', 'adopt'],
  ['alike', 'replace', 'copy'],
  ['file', 'refuse', 'refuse'],
  ['file', 'adopt', 'copy'],
  ['file', 'replace', 'copy'],
  ['no-file', 'refuse', 'no-file'],
  ['no-file', 'adopt', 'no-file'],
  ['no-file', 'replace', 'no-file'],
];
for (const [at, existing, entrance] of entrances) {
  test(`${at} at the target, --existing ${existing}: ${entrance}`, (t) => {
    t.is(entranceOf({ at, existing }), entrance);
  });
}
