/**
 * Checks the packets of an OpenPGP message (RFC 9580, section 4.2) before openpgp reads them. openpgp keeps in memory what it
 * does not stream: packets of any length that are not content, and everything after the content. So a message must be one unit of
 * content with a few small packets around it, nested to a limited depth, and nothing may follow.
 */

/** Tags of packets with content, which openpgp streams: compressed, encrypted (9, 18, 20) and literal data. */
const contentTags = new Set([8, 9, 11, 18, 20]);
/** Allowed after the content: a signature, a marker, the digest of protected data, padding. */
const closingTags = new Set([2, 10, 19, 21]);

/** Keys, signatures and session keys have a few KiB each, even those for many recipients. */
const MOST_PACKET_BYTES = 1024 * 1024;
/** Encrypted, compressed and signed makes 3. */
const MOST_LEVELS = 8;

export type PacketGuard = (bytes: unknown) => unknown;

/** For one message: checks its packets, then those inside them, and so on. Errors come out of the stream. */
export function packetGuard(): PacketGuard {
  let levels = 0;
  return (bytes) => {
    if (!(bytes instanceof ReadableStream)) return bytes;
    if (++levels > MOST_LEVELS) throw new Error('its packets are nested too deep');
    const walker = packetWalker();
    return (bytes as ReadableStream<Uint8Array>).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          walker(chunk);
          controller.enqueue(chunk);
        },
      }),
    );
  };
}

function packetWalker(): (chunk: Uint8Array) => void {
  let header: number[] = [];
  /** Bytes still to come of the packet or its part. */
  let left = 0;
  /** The next part continues its packet; the part at hand is not the last. */
  let goesOn = false;
  let partial = false;
  let packetBytes = 0;
  let tag = 0;
  let contents = 0;

  function begin(): void {
    if (contents > 0 && !closingTags.has(tag)) throw new Error('more follows behind the end of the message');
    if (contentTags.has(tag)) contents++;
    packetBytes = 0;
  }

  /** Takes one more byte of a header; true where that completes it. */
  function complete(): boolean {
    const [first = 0, ...length] = header;
    if (goesOn) return lengthOf(header);
    if (header.length === 1) {
      if ((first & 0x80) === 0) throw new Error('it is no OpenPGP message, or something else follows it');
      tag = (first & 0x40) !== 0 ? first & 0x3f : (first & 0x3f) >> 2;
      begin();
    }
    if ((first & 0x40) !== 0) return lengthOf(length);
    partial = false;
    const bytes = [1, 2, 4, 0][first & 3] as number;
    left = bytes === 0 ? Number.POSITIVE_INFINITY : numberOf(length);
    return length.length === bytes;
  }

  /** The new packet format. */
  function lengthOf(length: readonly number[]): boolean {
    const [first, second = 0] = length;
    if (first === undefined) return false;
    partial = first >= 224 && first < 255;
    if (partial) left = 2 ** (first & 0x1f);
    else if (first < 192) left = first;
    else if (first < 224) left = ((first - 192) << 8) + second + 192;
    else left = numberOf(length.slice(1));
    return length.length === (partial || first < 192 ? 1 : first < 224 ? 2 : 5);
  }

  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const taken = Math.min(left, chunk.length - at);
        left -= taken;
        at += taken;
        continue;
      }
      header.push(chunk[at++] as number);
      if (!complete()) {
        left = 0;
        continue;
      }
      header = [];
      goesOn = partial;
      packetBytes += left;
      if (!contentTags.has(tag) && packetBytes > MOST_PACKET_BYTES)
        throw new Error('a packet is too long to be meant so');
    }
  };
}

function numberOf(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
