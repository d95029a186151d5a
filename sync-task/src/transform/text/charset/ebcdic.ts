/**
 * EBCDIC like in GNU iconv. These code pages hold exactly the characters of ISO 8859-1 at other positions; cp1140 is cp037 with
 * the euro sign instead of U+00A4. Lines mostly end in NEL (0x15, U+0085).
 */
import type { Charset } from './charset.ts';

/** By byte: the position in ISO 8859-1. */
const tables: Readonly<Record<string, string>> = {
  cp037:
    '000102039c09867f978d8e0b0c0d0e0f101112139d8508871819928f1c1d1e1f80818283840a171b88898a8b8c050607' +
    '909116939495960498999a9b14159e1a20a0e2e4e0e1e3e5e7f1a22e3c282b7c26e9eaebe8edeeefecdf21242a293bac' +
    '2d2fc2c4c0c1c3c5c7d1a62c255f3e3ff8c9cacbc8cdcecfcc603a2340273d22d8616263646566676869abbbf0fdfeb1' +
    'b06a6b6c6d6e6f707172aabae6b8c6a4b57e737475767778797aa1bfd0dddeae5ea3a5b7a9a7b6bcbdbe5b5dafa8b4d7' +
    '7b414243444546474849adf4f6f2f3f57d4a4b4c4d4e4f505152b9fbfcf9faff5cf7535455565758595ab2d4d6d2d3d5' +
    '30313233343536373839b3dbdcd9da9f',
  cp273:
    '000102039c09867f978d8e0b0c0d0e0f101112139d8508871819928f1c1d1e1f80818283840a171b88898a8b8c050607' +
    '909116939495960498999a9b14159e1a20a0e27be0e1e3e5e7f1c42e3c282b2126e9eaebe8edeeefec7edc242a293b5e' +
    '2d2fc25bc0c1c3c5c7d1f62c255f3e3ff8c9cacbc8cdcecfcc603a23a7273d22d8616263646566676869abbbf0fdfeb1' +
    'b06a6b6c6d6e6f707172aabae6b8c6a4b5df737475767778797aa1bfd0dddeaea2a3a5b7a940b6bcbdbeac7cafa8b4d7' +
    'e4414243444546474849adf4a6f2f3f5fc4a4b4c4d4e4f505152b9fb7df9faffd6f7535455565758595ab2d45cd2d3d5' +
    '30313233343536373839b3db5dd9da9f',
  cp500:
    '000102039c09867f978d8e0b0c0d0e0f101112139d8508871819928f1c1d1e1f80818283840a171b88898a8b8c050607' +
    '909116939495960498999a9b14159e1a20a0e2e4e0e1e3e5e7f15b2e3c282b2126e9eaebe8edeeefecdf5d242a293b5e' +
    '2d2fc2c4c0c1c3c5c7d1a62c255f3e3ff8c9cacbc8cdcecfcc603a2340273d22d8616263646566676869abbbf0fdfeb1' +
    'b06a6b6c6d6e6f707172aabae6b8c6a4b57e737475767778797aa1bfd0dddeaea2a3a5b7a9a7b6bcbdbeac7cafa8b4d7' +
    '7b414243444546474849adf4f6f2f3f57d4a4b4c4d4e4f505152b9fbfcf9faff5cf7535455565758595ab2d4d6d2d3d5' +
    '30313233343536373839b3dbdcd9da9f',
  cp1047:
    '000102039c09867f978d8e0b0c0d0e0f101112139d8508871819928f1c1d1e1f80818283840a171b88898a8b8c050607' +
    '909116939495960498999a9b14159e1a20a0e2e4e0e1e3e5e7f1a22e3c282b7c26e9eaebe8edeeefecdf21242a293b5e' +
    '2d2fc2c4c0c1c3c5c7d1a62c255f3e3ff8c9cacbc8cdcecfcc603a2340273d22d8616263646566676869abbbf0fdfeb1' +
    'b06a6b6c6d6e6f707172aabae6b8c6a4b57e737475767778797aa1bfd05bdeaeaca3a5b7a9a7b6bcbdbedda8af5db4d7' +
    '7b414243444546474849adf4f6f2f3f57d4a4b4c4d4e4f505152b9fbfcf9faff5cf7535455565758595ab2d4d6d2d3d5' +
    '30313233343536373839b3dbdcd9da9f',
};

/** Undefined for any other name. */
export function ebcdicCharset(name: string): Charset | undefined {
  const euro = name === 'cp1140';
  const table = tables[euro ? 'cp037' : name];
  if (table === undefined) return undefined;
  const toLatin = Buffer.from(table, 'hex');
  const fromLatin = Buffer.alloc(256);
  for (const [byte, place] of toLatin.entries()) fromLatin[place] = byte;
  const one = euro ? { euro: '\u20ac', latin: '\u00a4' } : undefined;
  const swapped = (bytes: Buffer, by: Buffer) => {
    const output = Buffer.allocUnsafe(bytes.length);
    for (let at = 0; at < bytes.length; at++) output[at] = by[bytes[at] as number] as number;
    return output;
  };
  function read(bytes: Buffer): string {
    const text = swapped(bytes, toLatin).toString('latin1');
    return one === undefined ? text : text.replaceAll(one.latin, one.euro);
  }
  const known = one === undefined ? /^[\0-\xff]*$/ : /^[\0-\xa3\xa5-\xff\u20ac]*$/;
  return {
    unicode: false,
    whole: (bytes) => bytes.length,
    read,
    readOne: (bytes, start) => ({ bytes: 1, text: read(bytes.subarray(start, start + 1)) }),
    canWrite: (text) => known.test(text),
    write(text) {
      const latin = one === undefined ? text : text.replaceAll(one.latin, '\ufffd').replaceAll(one.euro, one.latin);
      return swapped(Buffer.from(latin.replace(/[^\0-\xff]/gu, '?'), 'latin1'), fromLatin);
    },
  };
}
