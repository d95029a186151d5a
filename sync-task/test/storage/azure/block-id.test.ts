import test from 'ava';
import fc from 'fast-check';
import { decodeBlockId, encodeBlockId, ownerOf } from '../../../src/storage/azure/block-id.ts';
import { draftName } from '../../../src/storage/draft-name.ts';

const owner = fc
  .tuple(fc.string(), fc.nat({ max: Number.MAX_SAFE_INTEGER }))
  .map(([run, token]) => ownerOf(draftName({ run, path: 'file', token })));
const index = fc.nat({ max: 50_000 });
const mtimeMs = fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 }).map((seconds) => seconds * 1000);

test('an id gives back what it was made of; all have one length, within what Azure takes', (t) => {
  fc.assert(
    fc.property(fc.record({ owner, index, mtimeMs, parent: owner, inherited: index }), (block) => {
      const id = encodeBlockId(block);
      t.deepEqual(decodeBlockId(id), block);
      t.is(Buffer.from(id, 'base64').length, 57);
    }),
  );
});

test('blocks of other programs are nobody of ours', (t) => {
  fc.assert(fc.property(fc.string(), (text) => decodeBlockId(Buffer.from(text).toString('base64')) === undefined));
  t.is(decodeBlockId('!'), undefined);
});
