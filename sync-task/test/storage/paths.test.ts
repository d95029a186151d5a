import { posix } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {
  baseOf,
  checkPath,
  decodeName,
  displayName,
  isPlainName,
  joinPath,
  parentOf,
} from '../../src/storage/paths.ts';
import { oddNames } from '../contract/storage/listing.ts';

test('ordinary and odd paths pass, and are joined as they are', (t) => {
  for (const name of oddNames) {
    t.true(isPlainName(name));
    t.notThrows(() => checkPath(`${name}/${name}`));
    t.is(joinPath('/root', name), `/root/${name}`);
  }
  t.is(joinPath('/', 'a'), '/a');
  t.is(joinPath('/root', ''), '/root');
});

test('names that would lead elsewhere are not plain', (t) => {
  for (const name of ['', '.', '..', 'a/b', '/', 'a\0', '\ud800']) t.false(isPlainName(name), JSON.stringify(name));
});

test('whatever passes stays below the root, and comes apart as it was joined', (t) => {
  const part = fc.oneof(fc.constantFrom('.', '..', '', 'a', '\\', '\0'), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), (parts) => {
      const path = parts.join('/');
      try {
        checkPath(path);
      } catch {
        return;
      }
      t.is(posix.normalize(`/root/${path}`), `/root/${path}`);
      const parent = parentOf(path);
      t.is(parent === '' ? baseOf(path) : `${parent}/${baseOf(path)}`, path);
    }),
  );
});

test('names are text only where text gives the same bytes back', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 12 }), (bytes) => {
      const text = decodeName(Buffer.from(bytes));
      if (text !== undefined) t.deepEqual(Buffer.from(text), Buffer.from(bytes));
    }),
  );
  for (const name of oddNames) t.is(decodeName(Buffer.from(name)), name);
  t.is(decodeName(Buffer.from([0xed, 0xa0, 0x80])), undefined);
});

test('two names never look the same', (t) => {
  const name = fc.uint8Array({ minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(name, name, (one, other) => {
      t.is(displayName(Buffer.from(one)) === displayName(Buffer.from(other)), Buffer.from(one).equals(other));
    }),
  );
  t.is(displayName(Buffer.from([0x61, 0xff, 0x0a, 0x5c])), 'a\\xff\\x0a\\\\');
});
