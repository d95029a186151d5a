import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { segmentDigest } from '../../../src/engine/transfer/segment-digest.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('an empty file has one segment', (t) => {
  t.deepEqual(segmentDigest(4).finish(), { segmentBytes: 4, segments: [sha256(new Uint8Array())] });
});

test('a file of one segment has the digest of the whole', (t) => {
  const digest = segmentDigest(4);
  digest.update([Buffer.from('abcd')]);
  t.deepEqual(digest.finish().segments, [sha256(Buffer.from('abcd'))]);
});

test('however it is cut, the segments are those of the bytes', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 })),
      fc.integer({ min: 1, max: 16 }),
      (pieces, segmentBytes) => {
        const digest = segmentDigest(segmentBytes);
        for (const piece of pieces) digest.update([piece]);
        const whole = Buffer.concat(pieces);
        const expected = [sha256(whole.subarray(0, segmentBytes))];
        for (let at = segmentBytes; at < whole.length; at += segmentBytes) {
          expected.push(sha256(whole.subarray(at, at + segmentBytes)));
        }
        return digest.finish().segments.join() === expected.join();
      },
    ),
  );
  t.pass();
});
