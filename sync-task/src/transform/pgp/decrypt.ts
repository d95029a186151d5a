/**
 * OpenPGP decryption as a stream. Its first output is unproven: a message has its checksum and its signatures at the end. That is
 * sound here because a file is published after its last byte: an error at the end leaves nothing at the target.
 */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { SyncError } from '../../base/errors.ts';
import { withoutSuffix } from '../file-name.ts';
import type { ByteStream, Transform } from '../transform.ts';
import { privateKeys, publicKeys, remembered } from './keys.ts';
import {
  filesOption,
  hasKey,
  keyHolders,
  keyOptions,
  noKey,
  passphraseHolder,
  passphraseOptions,
  variablesOption,
} from './options.ts';
import { type PacketGuard, packetGuard } from './packets.ts';
import { unarmored } from './unarmored.ts';
import { throughOpenpgp } from './web-stream.ts';

const options = z
  .strictObject({
    ...keyOptions('a file with a private key'),
    ...passphraseOptions,
    'verify-key-file': filesOption.describe(
      'a file with the public key of a sender; a file that no such key signed is refused',
    ),
    'verify-key-env': variablesOption.describe('an environment variable that holds one; repeatable'),
  })
  .refine(hasKey, noKey('give a private key with key-file=… or key-env=…'));

type Options = z.output<typeof options>;

const keysOf = remembered(async (given: Options) => ({
  decryptionKeys: await privateKeys(keyHolders(given), passphraseHolder(given), 'decrypt'),
  verificationKeys: await publicKeys({ files: given['verify-key-file'], variables: given['verify-key-env'] }, 'verify'),
}));

export const pgpDecrypt: Transform<Options> = {
  name: 'pgp-decrypt',
  version: 2,
  summary: 'decrypts OpenPGP, armored or not, and checks signatures; the name loses .pgp, .gpg or .asc',
  details: `A message that is damaged, cut off, not protected against changes or not for these keys is refused, and so is a file with anything
before or behind its one message. The chunks of a message with AEAD, one for each core, count against \`--decoder-memory\`.`,
  example: 'pgp-decrypt:key-file=/run/secrets/ours.asc,passphrase-env=PGP_PASSPHRASE@*.pgp',
  decodes: true,
  memoryShares: () => 1,
  options,
  outputName: (name) => withoutSuffix(name, ['.pgp', '.gpg', '.asc']),
  prepare: async (given) => void (await keysOf(given)),
  async *apply(input, given, file) {
    const { decrypt, readMessage } = await guardedOpenpgp();
    const { decryptionKeys, verificationKeys } = await keysOf(given);
    async function* decrypted(binary: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
      const [armored, content] = await lookAtFirstByte(binary);
      const guard = packetGuard();
      const message = await readMessage({
        binaryMessage: (armored ? streamed(unarmored(content)) : content) as never,
        config: { guard } as never,
      });
      await file.takeMemory(chunkMemory(message.packets), 'this OpenPGP message with its chunks');
      const { data, signatures } = await decrypt({
        message,
        decryptionKeys,
        ...(verificationKeys.length > 0 ? { verificationKeys } : {}),
        format: 'binary',
        config: { allowUnauthenticatedStream: true, guard } as never,
      });
      const verdicts = signatures.map(({ verified }) => verified);
      // `proveSigned` looks at each once the content is read. Until then a rejection must not end the process.
      for (const verdict of verdicts) verdict.catch(() => undefined);
      yield* data as unknown as AsyncIterable<Uint8Array>;
      if (verificationKeys.length > 0) await proveSigned(verdicts);
    }
    const refusal = 'the file cannot be decrypted; look at the key, or have it sent again';
    yield* throughOpenpgp(input, async (binary) => decrypted(binary), refusal);
  },
};

/** With AEAD openpgp works on one chunk for each core at once. */
function chunkMemory(packets: readonly object[]): number {
  const bytes = packets.map((packet) =>
    'chunkSizeByte' in packet && typeof packet.chunkSizeByte === 'number' ? 2 ** (packet.chunkSizeByte + 6) : 0,
  );
  return Math.max(0, ...bytes) * (availableParallelism() + 4);
}

/** openpgp, with the guard of its configuration in front of its packet reader. */
const guardedOpenpgp = once(async () => {
  const openpgp = await import('openpgp');
  const { PacketList } = openpgp as unknown as { PacketList: { fromBinary: PacketReader } };
  const { fromBinary } = PacketList;
  // openpgp refuses settings that it does not know.
  Object.assign(openpgp.config, { guard: (bytes: unknown) => bytes } satisfies { guard: PacketGuard });
  PacketList.fromBinary = (bytes, allowed, config, ...others) =>
    fromBinary.call(PacketList, config?.guard ? config.guard(bytes) : bytes, allowed, config, ...others);
  return openpgp;
});

type PacketReader = (
  bytes: unknown,
  allowed: unknown,
  config?: { readonly guard?: PacketGuard },
  ...others: unknown[]
) => Promise<unknown>;

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function proveSigned(verdicts: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(verdicts);
  if (settled.some(({ status }) => status === 'fulfilled')) return;
  const [first] = settled;
  const why = first?.status === 'rejected' ? String((first.reason as Error).message) : 'it has no signature';
  throw new SyncError(`the file is not signed by one of the keys in verify-key-file or verify-key-env (${why})`, {
    kind: 'refused',
    reason: 'pgp-signature',
  });
}

/** The first byte of a packet has its highest bit set; that of text never has. */
async function lookAtFirstByte(
  binary: ReadableStream<Uint8Array>,
): Promise<[armored: boolean, content: ReadableStream<Uint8Array>]> {
  const chunks = binary[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) throw new Error('the file is empty');
  async function* content(): AsyncGenerator<Uint8Array> {
    yield first.value as Uint8Array;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  const armored = ((first.value as Uint8Array)[0] as number) < 0x80;
  return [armored, streamed(content())];
}

function streamed(bytes: ByteStream): ReadableStream<Uint8Array> {
  return ReadableStream.from(bytes) as ReadableStream<Uint8Array>;
}
