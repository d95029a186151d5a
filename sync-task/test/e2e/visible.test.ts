import test from 'ava';
import { newFolders, put, runCommand } from '../kit/job.ts';

const name = 'gpj\u202e\x9b2J\x1b[31m\nforged\u200b.txt';

for (const format of ['pretty', 'json']) {
  test(`what is hidden in a name reaches no line of the ${format} log, and no result`, async (t) => {
    const { source, environment } = await newFolders(t);
    await put(source, name, 'content');
    const { code, stderr, stdout, result } = await runCommand(
      ['sync', '--explain', '--log-level', 'debug', '--log-format', format],
      environment,
    );
    t.is(code, 0, stderr);
    t.regex(stderr, /gpj\\u202e/);
    for (const line of [...stderr.split('\n'), ...stdout.split('\n')])
      t.notRegex(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|^forged/u);
    t.is(result.explain?.[0]?.path, name);
  });
}
