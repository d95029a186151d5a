import test from 'ava';
import fc from 'fast-check';
import { base64Of, crc32c } from '../../../src/storage/gcs/crc32c.ts';

test('CRC-32C of known texts (RFC 3720, B.4)', (t) => {
  t.is(crc32c(Buffer.from('123456789')), 0xe3069283);
  t.is(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  t.is(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
  t.is(crc32c(Buffer.alloc(0)), 0);
  t.is(base64Of(crc32c(Buffer.from('data'))), 'rth90Q==');
});

test('in pieces it is the same as in one', (t) => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => crc32c(b, crc32c(a)) === crc32c(Buffer.concat([a, b]))),
  );
  t.pass();
});
