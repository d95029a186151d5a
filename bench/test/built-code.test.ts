import test from 'ava';
import { flagsOf, imageEnvironment } from '../built-code.ts';

const flagsMacro = test.macro((t, program: string, flags: readonly string[]) => {
  t.deepEqual(flagsOf(program), flags);
});
test('a plain first line has no flags', flagsMacro, '#!/usr/bin/env node\ncode', []);
test('flags follow node', flagsMacro, '#!/usr/bin/env -S node --a=1 --b\ncode --c', ['--a=1', '--b']);
test('a program without a first line has no flags', flagsMacro, 'code', []);

test('the environment of the last stage counts, without the place of the state', (t) => {
  const dockerfile = `FROM a AS first
ENV EARLIER=1
FROM b
ENV NODE_ENV=production \\
    NODE_OPTIONS="--one --two" SYNC_TASK_STATE=sqlite:///state.db
RUN env SOMETHING=else true
`;
  t.deepEqual(imageEnvironment(dockerfile), { NODE_ENV: 'production', NODE_OPTIONS: '--one --two' });
});
