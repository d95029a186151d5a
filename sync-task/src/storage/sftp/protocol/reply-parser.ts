/**
 * Cuts the server's byte stream into replies. The content of a READ answer is handed on piece by piece as it arrives, so that
 * it goes straight to where it belongs. What is handed on is valid during the call alone.
 */
import { reply } from './packet.ts';

export interface ReplySink {
  /** A whole reply other than DATA; `payload` starts behind the id. VERSION has no id: it comes with id 0. */
  onReply(type: number, id: number, payload: Buffer): void;
  /** A piece of the answer to READ `id`; `last` with the one that ends it (an empty answer is one empty last piece). */
  onData(id: number, piece: Buffer, last: boolean): void;
}

/** Behind the length: type, id, and for DATA the length of its string. */
const HEADER_BYTES = 9;
const DATA_HEADER_BYTES = 13;
/** OpenSSH's own bound is 256 KiB; a listing page of an odd server may be larger. */
const LARGEST_REPLY_BYTES = 64 * 1024 * 1024;

/** Returns what takes the stream's bytes. It throws a RangeError when they are no SFTP. */
export function replyParser(sink: ReplySink): (bytes: Buffer) => void {
  let held: Buffer | undefined;
  let dataId = 0;
  let dataLeft = 0;
  /** Bytes of a DATA packet behind its string: none by the draft, skipped where a server sends some. */
  let skip = 0;

  function parse(input: Buffer): Buffer | undefined {
    let at = 0;
    while (at < input.length) {
      const available = input.length - at;
      if (dataLeft > 0) {
        const length = Math.min(dataLeft, available);
        dataLeft -= length;
        sink.onData(dataId, input.subarray(at, at + length), dataLeft === 0);
        at += length;
      } else if (skip > 0) {
        const length = Math.min(skip, available);
        skip -= length;
        at += length;
      } else {
        if (available < 5) break;
        const length = input.readUInt32BE(at);
        const type = input[at + 4];
        if (length > LARGEST_REPLY_BYTES || length < 5) throw new RangeError(`reply of ${length} bytes`);
        if (type === reply.data) {
          if (available < DATA_HEADER_BYTES) break;
          dataId = input.readUInt32BE(at + 5);
          dataLeft = input.readUInt32BE(at + 9);
          skip = length - (DATA_HEADER_BYTES - 4) - dataLeft;
          if (skip < 0) throw new RangeError(`${dataLeft} bytes of data in a packet of ${length}`);
          at += DATA_HEADER_BYTES;
          if (dataLeft === 0) sink.onData(dataId, Buffer.alloc(0), true);
        } else {
          if (available < 4 + length) break;
          const end = at + 4 + length;
          if (type === reply.version) sink.onReply(type, 0, input.subarray(at + 5, end));
          else sink.onReply(type ?? 0, input.readUInt32BE(at + 5), input.subarray(at + HEADER_BYTES, end));
          at = end;
        }
      }
    }
    return at < input.length ? Buffer.from(input.subarray(at)) : undefined; // the input's memory is used again
  }

  return (bytes) => {
    const input = held === undefined ? bytes : Buffer.concat([held, bytes]);
    held = parse(input);
  };
}
