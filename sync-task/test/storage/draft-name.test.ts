import test from 'ava';
import { backupName, draftName, isOwnName, probeName, tempName } from '../../src/storage/draft-name.ts';

const identity = { run: '2026-11-21', path: 'a/b', token: 7 };

test('the same identity gives the same name, any other another', (t) => {
  t.is(draftName(identity), draftName({ ...identity }));
  const others = [{ run: 'x' }, { path: 'a/c' }, { token: 8 }].map((part) => draftName({ ...identity, ...part }));
  t.is(new Set([draftName(identity), ...others]).size, 4);
});

test('names are short, safe and recognised, whatever they are made from', (t) => {
  const names = [
    probeName(),
    draftName({ run: '', path: '', token: 0 }),
    draftName({ run: '../\0\n', path: '\u{1f600}'.repeat(5000), token: Number.MAX_SAFE_INTEGER }),
  ];
  for (const name of names) {
    for (const own of [tempName(name), backupName(name)]) {
      t.regex(own, /^\.sync-task\.[0-9a-z-]+\.(tmp|bak)$/);
      t.true(own.length <= 65);
      t.true(isOwnName(own));
      for (const other of [own.slice(1), `${own}~`, own.toUpperCase(), own.replace('-', '_'), `x${own}`])
        t.false(isOwnName(other));
    }
  }
});

test('nothing else becomes a name on disk', (t) => {
  for (const name of ['', 'x', '../x', `${probeName()}/x`, `${probeName()}\n`, draftName({ ...identity, token: -1 })]) {
    t.throws(() => tempName(name), { message: /no draft name/ });
    t.throws(() => backupName(name), { message: /no draft name/ });
  }
});
