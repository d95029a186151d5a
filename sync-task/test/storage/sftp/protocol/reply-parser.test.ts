import test from 'ava';
import fc from 'fast-check';
import { encodePacket, reply } from '../../../../src/storage/sftp/protocol/packet.ts';
import { replyParser } from '../../../../src/storage/sftp/protocol/reply-parser.ts';

type Heard = readonly [kind: 'reply' | 'data', id: number, content: string];

/** What the parser says when the stream is cut at these places. Pieces of one answer are joined: how many is not the contract. */
function hear(stream: Buffer, cuts: readonly number[]): Heard[] {
  const heard: Heard[] = [];
  let pieces = '';
  const parse = replyParser({
    onReply: (type, id, payload) => heard.push(['reply', id, `${type}:${payload.toString('latin1')}`]),
    onData(id, piece, last) {
      pieces += piece.toString('latin1');
      if (!last) return;
      heard.push(['data', id, pieces]);
      pieces = '';
    },
  });
  let start = 0;
  for (const cut of [...cuts, stream.length].sort((a, b) => a - b)) {
    parse(Buffer.from(stream.subarray(start, cut)));
    start = Math.max(start, cut);
  }
  return heard;
}

const data = (id: number, content: string) => encodePacket(reply.data, id, [Buffer.from(content, 'latin1')]);
const stream = Buffer.concat([
  encodePacket(reply.version, undefined, [3]),
  data(1, 'first'),
  data(2, ''),
  encodePacket(reply.status, 3, [0, Buffer.from('ok')]),
  data(4, 'x'.repeat(300)),
]);

test('however the stream is cut, the answers are the same', (t) => {
  const whole = hear(stream, []);
  t.deepEqual(
    whole.map(([kind, id]) => [kind, id]),
    [
      ['reply', 0],
      ['data', 1],
      ['data', 2],
      ['reply', 3],
      ['data', 4],
    ],
  );
  for (let cut = 0; cut <= stream.length; cut++) t.deepEqual(hear(stream, [cut]), whole);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: stream.length })), (cuts) => {
      return JSON.stringify(hear(stream, cuts)) === JSON.stringify(whole);
    }),
  );
});

for (const [title, bytes] of [
  ['a banner', Buffer.from('Welcome to the server!\n')],
  ['a packet of nothing', Buffer.from([0, 0, 0, 0, 0])],
  ['more data than the packet holds', Buffer.from([0, 0, 0, 10, reply.data, 0, 0, 0, 1, 0, 0, 0, 99])],
] as const) {
  test(`no SFTP: ${title}`, (t) => {
    t.throws(() => hear(bytes, []), { instanceOf: RangeError });
  });
}
