/** CRC-32C (Castagnoli), which is what Google Cloud Storage knows of every object. Four bytes a step. */
const POLYNOMIAL = 0x82f63b78;

const tables: readonly Uint32Array[] = makeTables();

function makeTables(): Uint32Array[] {
  const made = Array.from({ length: 4 }, () => new Uint32Array(256));
  const [first, ...more] = made as [Uint32Array, ...Uint32Array[]];
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    first[byte] = value;
  }
  for (let byte = 0; byte < 256; byte++) {
    let value = first[byte] as number;
    for (const table of more) {
      value = (first[value & 0xff] as number) ^ (value >>> 8);
      table[byte] = value;
    }
  }
  return made;
}

/** @param before of the bytes that came before these; 0 at the beginning */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const [one, two, three, four] = tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  let value = ~before;
  let at = 0;
  for (const end = bytes.length - 3; at < end; at += 4) {
    value ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    value =
      (four[value & 0xff] as number) ^
      (three[(value >>> 8) & 0xff] as number) ^
      (two[(value >>> 16) & 0xff] as number) ^
      (one[value >>> 24] as number);
  }
  for (; at < bytes.length; at++) value = (one[(value ^ (bytes[at] as number)) & 0xff] as number) ^ (value >>> 8);
  return ~value >>> 0;
}

/** As the service writes it: four bytes, the highest first, in base64. */
export function base64Of(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}
