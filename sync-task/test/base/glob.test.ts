import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../src/base/errors.ts';
import { matcher } from '../../src/base/glob.ts';

const matches: readonly (readonly [glob: string, paths: readonly string[], others: readonly string[]])[] = [
  ['*.txt', ['a.txt', 'in/a.txt', 'in/deep/.a.txt', '.txt', 'line\nbreak.txt'], ['a.csv', 'a.txt/b', 'a.TXT']],
  ['a.txt', ['a.txt', 'in/a.txt'], ['aa.txt', 'a.txt.bak', 'a.txt/b', 'a-txt']],
  ['in/*.txt', ['in/a.txt', 'in/.a.txt'], ['a.txt', 'x/in/a.txt', 'in/deep/a.txt']],
  ['/a.txt', ['a.txt'], ['in/a.txt']],
  ['/*', ['a.txt', '.a'], ['in/a.txt']],
  ['**/*.txt', ['a.txt', 'in/a.txt', '.in/deep/a.txt', 'in\nside/a.txt'], ['a.csv']],
  ['in/**', ['in/a', 'in/deep/.a'], ['in', 'a/in', 'inn/a']],
  ['**/in/**', ['in/a', 'x/in/y/a'], ['in', 'x/in', 'inn/a']],
  ['**', ['a', 'in/a', '.in/.a'], []],
  ['{a,b}-[0-9].{txt,csv}', ['a-1.txt', 'in/b-9.csv'], ['c-1.txt', 'a-x.txt']],
  ['!(a|b).txt', ['c.txt', 'in/c.txt'], ['a.txt', 'in/b.txt']],
  ['a?.txt', ['ab.txt', 'aé.txt'], ['a.txt', 'abc.txt']],
  ['\\!a\\*', ['!a*', 'in/!a*'], ['!ab', 'b']],
  ['2026-11-21/**/*.txt', ['2026-11-21/a.txt', '2026-11-21/in/a.txt'], ['2026-11-20/a.txt']],
  ['a b(1).txt', ['a b(1).txt'], ['ab1.txt']],
];
for (const [glob, paths, others] of matches) {
  test(`${glob} matches what it says`, (t) => {
    const test = matcher([glob]);
    for (const path of paths) t.true(test(path), path);
    for (const path of others) t.false(test(path), path);
  });
}

test('any of several globs is enough, none matches nothing', (t) => {
  const several = matcher(['*.txt', 'in/**']);
  t.true(several('a.txt'));
  t.true(several('in/a.csv'));
  t.false(several('a.csv'));
  t.false(matcher([])('a'));
});

test('a path without special characters matches itself, and no other', (t) => {
  const part = fc.stringMatching(/^[a-z0-9_. é日-]{1,8}$/).filter((name) => name !== '.' && name !== '..');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const property = fc.property(path, path, (one, other) => {
    const test = matcher([`/${one}`]);
    return test(one) && test(other) === (one === other);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});

function testRefused(t: ExecutionContext, glob: string, message: RegExp): void {
  const error = t.throws(() => matcher([glob]), { instanceOf: SyncError, message });
  t.is(error.kind, 'usage');
  t.is(error.reason, 'bad-glob');
}

const refusals: readonly (readonly [glob: string, message: RegExp])[] = [
  ['', /empty/],
  ['/', /empty/],
  ['logs/', /write "logs\/\*\*"/],
  ['!*.txt', /leading "!"/],
  ['./a', /"\." or "\.\."/],
  ['in/../a', /"\." or "\.\."/],
  ['a//b', /empty/],
  ['[z-a]', /glob "\[z-a\]"/],
];
for (const [glob, message] of refusals) test(`"${glob}" is refused`, testRefused, glob, message);
