import test from 'ava';
import { newFolders, put, runCommand } from '../kit/job.ts';
import { openTerminal, terminalTest } from '../kit/terminal.ts';

const widths = [60, 80, 200];
const MIB = 1024 * 1024;

for (const columns of widths) {
  terminalTest(
    `${columns} columns: progress keeps files, bytes, rate and time left, and names the largest file`,
    async (t) => {
      const { source, environment } = await newFolders(t);
      await put(source, 'in/large-\u202e\x1b[31m.bin', Buffer.alloc(12 * MIB, 1));
      await put(source, 'in/small.txt', 'small');
      const terminal = await openTerminal(t, { columns }, ['sync', '--bwlimit', '3M'], environment);
      const drawn = await terminal.shows(
        /\d\/2 .*MiB.*MiB.*\/s +ETA \d+:\d\d\n.*large-\\u202e\\x1b\[31m\.bin \(12\.0 MiB\)/,
      );
      t.true(drawn.split('\n').every((line) => line.length <= columns));
      const { code, screen } = await terminal.ended();
      t.is(code, 0);
      t.notRegex(screen, /ETA|\{/, 'neither what was drawn nor JSON is left');
      t.regex(screen, /^sync .*: done in \d/m);
      t.regex(screen, /^ {2}copied {5}2 files, 12\.0 MiB at .*\/s$/m);
      for (const what of ['unchanged', 'deferred', 'failed']) t.regex(screen, new RegExp(`^  ${what} +0$`, 'm'));
    },
  );
}

terminalTest('a dumb terminal gets lines, and nothing is drawn on it', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a', Buffer.alloc(3 * MIB, 1));
  const dumb = { ...environment, TERM: 'dumb' };
  const { code, screen } = await (await openTerminal(t, { columns: 80 }, ['sync', '--bwlimit', '2M'], dumb)).ended();
  t.is(code, 0);
  t.notRegex(screen, /ETA|files listed/);
  t.regex(screen, /copied {5}1 file,/);
});

terminalTest('failures are told with their reasons and the next step, and where the report is', async (t) => {
  const { source, state, environment } = await newFolders(t);
  await put(source, 'bad.csv', 'a,b\n1\n');
  const reports = `${state}-reports/`;
  const words = ['sync', '--transform', 'gunzip@*.csv', '--report-dir', reports];
  const { code, screen } = await (await openTerminal(t, { columns: 200 }, words, environment)).ended();
  t.is(code, 65);
  t.regex(screen, /^ {2}failed|^ {2}refused/m);
  t.regex(screen, /^(failed|refused): .*bad\.csv/m);
  t.regex(screen, /^next: /m);
  t.regex(screen, new RegExp(`^  report +${reports}test/.*/report\\.html$`, 'm'));
});

terminalTest(
  '--json and SYNC_TASK_RESULT give JSON on a terminal too, -q nothing, -v each file, -n a plan',
  async (t) => {
    const { source, state, environment } = await newFolders(t);
    await put(source, 'a', 'a');
    const show = async (words: string[], more = {}) =>
      await (await openTerminal(t, { columns: 120 }, words, { ...environment, ...more })).ended();
    const planned = await show(['sync', '-n']);
    t.regex(planned.screen, /to copy {4}1 file, 1 B, in 1 batch$/m);
    t.regex((await show(['sync', '--json'])).screen, /"schemaVersion": 1/);
    t.regex((await show(['sync'], { SYNC_TASK_RESULT: `${state}.json` })).screen, /"schemaVersion": 1/);
    await put(source, 'b', 'b');
    t.is((await show(['sync', '-q'])).screen, '');
    await put(source, 'dir/c', 'c');
    t.regex(
      (await show(['sync', '-v', '--no-color'])).screen,
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d debug copied: dir\/c$/m,
    );
  },
);

test('what is piped is JSON, whatever is asked for people', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  const { stdout, stderr, result } = await runCommand(['sync', '-qv'], environment);
  t.is(stdout.split('\n').length, 2);
  t.is(result.files.copied, 1);
  t.is(stderr, '');
});
