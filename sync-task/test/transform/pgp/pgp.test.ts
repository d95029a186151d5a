import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import test from 'ava';
import { createMessage, encrypt, generateKey, revokeKey } from 'openpgp';
import { SyncError } from '../../../src/base/errors.ts';
import { transformChain } from '../../../src/transform/chain/chain.ts';
import { detachedFile } from '../../../src/transform/chain/file-context.ts';
import { decoderMemory } from '../../../src/transform/compression/decoder-memory.ts';
import { pgpDecrypt } from '../../../src/transform/pgp/decrypt.ts';
import { pgpEncrypt } from '../../../src/transform/pgp/encrypt.ts';
import { pgpSign } from '../../../src/transform/pgp/sign.ts';
import { transforms } from '../../../src/transform/registry.ts';
import type { ByteStream } from '../../../src/transform/transform.ts';
import { applied, type RawOptions, streamOf, testTransform } from '../../kit/transform.ts';

const folder = await mkdtemp(join(tmpdir(), 'pgp-'));
const passphrase = 'a test passphrase';

/** Keys of a recipient and a sender, whose private key is protected. */
async function makeKeys(name: string, protect: boolean) {
  const { publicKey, privateKey } = await generateKey({
    userIDs: [{ name, email: `${name}@example.com` }],
    date: new Date(Date.now() - 60_000),
    ...(protect ? { passphrase } : {}),
  });
  await writeFile(join(folder, `${name}.pub.asc`), publicKey);
  await writeFile(join(folder, `${name}.asc`), privateKey);
  return { public: join(folder, `${name}.pub.asc`), private: join(folder, `${name}.asc`), privateKey };
}

const ours = await makeKeys('ours', false);
const sender = await makeKeys('sender', true);
process.env['TEST_PGP_PASSPHRASE'] = passphrase;
process.env['TEST_PGP_KEY'] = sender.privateKey;

const text = 'Some lines of text, 日本語\n'.repeat(40);
const encrypted = async (options: RawOptions, content: Iterable<Uint8Array> = [Buffer.from(text)]) =>
  Buffer.concat(await applied(pgpEncrypt, { 'key-file': ours.public, ...options }, content));
const signing = { 'sign-key-env': 'TEST_PGP_KEY', 'passphrase-env': 'TEST_PGP_PASSPHRASE' };

for (const armor of ['true', 'false']) {
  test(`what was encrypted is decrypted, however it is cut (armor=${armor})`, async (t) => {
    const input = await encrypted({ armor }, [Buffer.from('short '), Buffer.from('text')]);
    t.is(input.toString('latin1').startsWith('-----BEGIN PGP MESSAGE'), armor === 'true');
    for (const size of [1, 7, 64, input.length]) {
      const output = await applied(pgpDecrypt, { 'key-file': ours.private }, cut(input, size));
      t.is(Buffer.concat(output).toString(), 'short text', `chunks of ${size}`);
    }
  });
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

test('long and empty files round trip', async (t) => {
  for (const content of [Buffer.alloc(0), Buffer.alloc(3_000_000, text)]) {
    const input = await encrypted(signing, cut(content, 50_000));
    const options = { 'key-file': ours.private, 'verify-key-file': sender.public };
    t.true(Buffer.concat(await applied(pgpDecrypt, options, cut(input, 60_000))).equals(content));
  }
});

test('content is compressed where asked', async (t) => {
  const content = [Buffer.alloc(100_000, text)];
  t.true((await encrypted({}, content)).length > 100_000);
  for (const compress of ['zlib', 'zip']) {
    const input = await encrypted({ compress }, content);
    t.true(input.length < 20_000, compress);
    t.true(
      Buffer.concat(await applied(pgpDecrypt, { 'key-file': ours.private }, [input])).equals(content[0] as Buffer),
    );
  }
});

async function collected(stream: ByteStream): Promise<void> {
  for await (const _ of stream);
}

async function refusal(options: RawOptions, input: Buffer): Promise<string> {
  try {
    await applied(pgpDecrypt, { 'key-file': ours.private, ...options }, cut(input, 100));
  } catch (error) {
    if (error instanceof SyncError) return `${error.kind} ${error.reason}: ${error.message}`;
    throw error;
  }
  return 'taken';
}

test('a signature that is missing or of somebody else is refused', async (t) => {
  const byOurs = await encrypted({ 'sign-key-file': ours.private });
  t.regex(
    await refusal({ 'verify-key-file': sender.public }, byOurs),
    /^refused pgp-signature: the file is not signed by/,
  );
  t.regex(await refusal({ 'verify-key-file': sender.public }, await encrypted({})), /it has no signature/);
});

test('what is damaged, cut off, for others or no message is refused', async (t) => {
  const input = await encrypted({});
  const changed = Buffer.from(input);
  changed[input.length - 30] = (changed[input.length - 30] as number) ^ 1;
  t.regex(await refusal({}, changed), /^refused pgp: the file cannot be decrypted/);
  t.regex(await refusal({}, input.subarray(0, -10)), /^refused pgp/);
  t.regex(await refusal({}, Buffer.from('plain text')), /^refused pgp/);
  t.regex(await refusal({}, Buffer.alloc(0)), /^refused pgp: .*empty/);
  t.regex(
    await refusal({ 'key-file': sender.private, 'passphrase-env': 'TEST_PGP_PASSPHRASE' }, input),
    /^refused pgp/,
  );
});

test('an error of the input comes out as it was', async (t) => {
  const broken = new SyncError('the connection is lost', { kind: 'transient', reason: 'lost' });
  async function* input() {
    yield Buffer.from('a');
    throw broken;
  }
  const options = pgpEncrypt.options.parse({ 'key-file': ours.public });
  t.is(await t.throwsAsync(collected(pgpEncrypt.apply(input(), options, detachedFile('a')))), broken);
});

test('a signed message holds the content', async (t) => {
  const options = { 'key-env': 'TEST_PGP_KEY', 'passphrase-env': 'TEST_PGP_PASSPHRASE', armor: 'true' };
  const signed = Buffer.concat(await applied(pgpSign, options, [Buffer.from(text)])).toString();
  const { readKey, readMessage, verify } = await import('openpgp');
  const { readFile } = await import('node:fs/promises');
  const verificationKeys = await readKey({ armoredKey: await readFile(sender.public, 'utf8') });
  const { data, signatures } = await verify({
    message: await readMessage({ armoredMessage: signed }),
    verificationKeys,
  });
  t.is(data, text);
  t.true(await signatures[0]?.verified);
});

test('keys that cannot be used are an error of the configuration, which shows none', async (t) => {
  const rows: readonly (readonly [RawOptions, RegExp])[] = [
    [{ 'key-file': '/nowhere/key.asc' }, /^PGP: the file \/nowhere\/key.asc cannot be read \(ENOENT\)$/],
    [{ 'key-env': 'TEST_PGP_UNSET' }, /the environment variable TEST_PGP_UNSET is not set/],
    [{ 'key-env': 'TEST_PGP_PASSPHRASE' }, /TEST_PGP_PASSPHRASE holds no OpenPGP key/],
    [{ 'key-file': sender.private }, /is protected; give its passphrase with/],
    [
      { 'key-file': sender.private, 'passphrase-env': 'TEST_PGP_KEY' },
      /does not open with the passphrase of the environment variable/,
    ],
  ];
  for (const [options, message] of rows) {
    const error = await t.throwsAsync(async () => pgpDecrypt.prepare?.(pgpDecrypt.options.parse(options)), {
      instanceOf: SyncError,
      message,
    });
    t.is(error.kind, 'usage');
    t.notRegex(error.message, /PRIVATE KEY|a test passphrase/);
  }
  t.regex(pgpEncrypt.options.safeParse({}).error?.message ?? '', /at least one recipient/);
  t.regex(
    pgpEncrypt.options.safeParse({ 'key-env': 'not a name!' }).error?.message ?? '',
    /name of an environment variable/,
  );
});

test(
  'decryption of what is no message is the same for every cut',
  testTransform,
  pgpDecrypt,
  { 'key-file': ours.private },
  [{ input: '', output: /the file is empty/ }],
);

const transformOptions = (options: RawOptions) => ({ name: 'pgp-decrypt', options, glob: undefined });

test('what is damaged or cut off is refused, whichever byte it is, and never comes out as something else', async (t) => {
  const options = transformOptions({ 'key-file': ours.private });
  for (const armor of ['true', 'false']) {
    const whole = await encrypted({ armor }, [Buffer.from('some text, some text')]);
    const damaged = Array.from({ length: whole.length }, (_, at) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ (at % 2 === 0 ? 1 : 128);
      return bytes;
    });
    const cutOff = Array.from({ length: whole.length - 2 }, (_, length) => whole.subarray(0, length));
    const outcomes = await Promise.all(
      [...damaged, ...cutOff].map((bytes) =>
        buffer(transformChain([options], transforms).apply('a', streamOf([bytes]))).then(
          (chunks) => chunks.toString(),
          (error: SyncError) => error.kind,
        ),
      ),
    );
    t.deepEqual(
      [...new Set(outcomes)].filter((each) => each !== 'some text, some text'),
      ['refused'],
    );
    t.true(outcomes.filter((each) => each !== 'refused').length < 40, 'blanks and letters of the header alone');
  }
});

test('nothing that stands beside the message is left out', async (t) => {
  const binary = await encrypted({});
  const armored = await encrypted({ armor: 'true' });
  const more = Buffer.from('more');
  const rows: readonly (readonly [parts: readonly Buffer[], message: RegExp])[] = [
    [[binary, binary], /more follows behind the end of the message/],
    [[binary, more], /something else follows it/],
    [[binary, Buffer.alloc(3)], /something else follows it/],
    [[armored, armored], /more follows behind the end of the armored message/],
    [[armored, Buffer.from('\n'), more], /more follows behind the end of the armored message/],
    [[more, armored], /no OpenPGP message begins with its first line/],
  ];
  for (const [parts, message] of rows) t.regex(await refusal({}, Buffer.concat(parts)), message);
  t.is(await refusal({}, Buffer.concat([Buffer.from('\r\n'), armored, Buffer.from('\r\n \n')])), 'taken');
});

test('packets that would have to be kept in memory are refused', async (t) => {
  const rows: readonly (readonly [bytes: readonly number[], message: RegExp])[] = [
    [[0xc2, 0xff, 0x7f, 0xff, 0xff, 0xff], /a packet is too long to be meant so/],
    [[0xd5, 0xff, 0x00, 0x20, 0x00, 0x00], /a packet is too long to be meant so/],
    [[0x88 + 3, 1, 2, 3], /a packet is too long to be meant so/],
    [[0xcb, 0xe0, 1, 0xff, 0, 0, 0, 1, 2, 0xcb, 0], /more follows behind the end of the message/],
  ];
  for (const [bytes, message] of rows) t.regex(await refusal({}, Buffer.from(bytes)), message);
});

test('keys that cannot do what they are for are an error of the configuration', async (t) => {
  const day = 86_400_000;
  const user = { userIDs: [{ name: 'Old', email: 'old@example.com' }], format: 'object' as const };
  const expired = await generateKey({ ...user, date: new Date(Date.now() - 3 * day), keyExpirationTime: 86_400 });
  const fresh = await generateKey({ ...user, date: new Date(Date.now() - day) });
  const revoked = await revokeKey({ key: fresh.privateKey, format: 'object' });
  const signing = await generateKey({ ...user, date: new Date(Date.now() - day), subkeys: [{ sign: true }] });
  const write = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const rows = [
    [
      pgpEncrypt,
      { 'key-file': await write('expired', expired.publicKey.armor()) },
      /cannot encrypt \(Primary key is expired\); ask its owner/,
    ],
    [
      pgpEncrypt,
      { 'key-file': await write('revoked', revoked.publicKey.armor()) },
      /of "Old <old@example.com>", which cannot encrypt \(Primary key is revoked/,
    ],
    [
      pgpEncrypt,
      { 'key-file': await write('signing', signing.publicKey.armor()) },
      /cannot encrypt \(Could not find valid encryption key packet/,
    ],
    [
      pgpSign,
      { 'key-file': await write('signer', expired.privateKey.armor()) },
      /cannot sign \(Primary key is expired/,
    ],
    [
      pgpDecrypt,
      { 'key-file': await write('no-decryption', signing.privateKey.armor()) },
      /cannot decrypt \(No decryption key packets found/,
    ],
    [
      pgpDecrypt,
      { 'key-file': await write('public', fresh.publicKey.armor()) },
      /holds a public key, of [0-9A-F]{16} of "Old/,
    ],
    [
      pgpEncrypt,
      { 'key-file': await write('half', `${fresh.publicKey.armor()}-----BEGIN PGP PUBLIC KEY BLOCK-----\n`) },
      /a block in it is no whole key/,
    ],
  ] as const;
  for (const [transform, given, message] of rows) {
    const options = transform.options.parse(given);
    const error = await t.throwsAsync(async () => transform.prepare?.(options as never), {
      instanceOf: SyncError,
      message,
    });
    t.is(error?.kind, 'usage');
  }
});

test('keys may be binary, and several in one file', async (t) => {
  const make = () => generateKey({ userIDs: [{ name: 'Any' }], date: new Date(Date.now() - 60_000), format: 'object' });
  const [one, other] = await Promise.all([make(), make()]);
  const file = join(folder, 'several');
  await writeFile(join(folder, 'one.gpg'), one.privateKey.write());
  await writeFile(join(folder, 'other.gpg'), other.privateKey.write());
  for (const content of [
    one.publicKey.armor() + other.publicKey.armor(),
    Buffer.concat([one.publicKey.write(), other.publicKey.write()]),
  ]) {
    await writeFile(file, content);
    const input = Buffer.concat(await applied(pgpEncrypt, { 'key-file': file }, [Buffer.from('for both')]));
    for (const name of ['one.gpg', 'other.gpg']) {
      const output = await applied(pgpDecrypt, { 'key-file': join(folder, name) }, [input]);
      t.is(Buffer.concat(output).toString(), 'for both');
    }
  }
});

test('chunks of a message come out of the memory of decoders', async (t) => {
  const { publicKey, privateKey } = await generateKey({
    userIDs: [{ name: 'AEAD' }],
    date: new Date(Date.now() - 60_000),
    format: 'object',
    config: { aeadProtect: true },
  });
  const file = join(folder, 'aead.asc');
  await writeFile(file, privateKey.armor());
  const message = async (aeadChunkSizeByte: number) =>
    Buffer.from(
      await encrypt({
        message: await createMessage({ binary: Buffer.from(text) }),
        encryptionKeys: publicKey,
        format: 'binary',
        config: { aeadProtect: true, aeadChunkSizeByte },
      } as never),
    );
  const decrypted = async (input: Buffer, memoryBytes: number) => {
    const bounded = { ...detachedFile('a'), takeMemory: decoderMemory(memoryBytes).forFile(1).take };
    const options = pgpDecrypt.options.parse({ 'key-file': file });
    return (await buffer(pgpDecrypt.apply(streamOf([input]), options, bounded))).toString();
  };
  t.is(await decrypted(await message(6), 1), text);
  t.is(await decrypted(await message(16), 1024 ** 3), text);
  for (const [size, bytes] of [
    [16, 1024 ** 2],
    [40, 1024 ** 3],
  ] as const) {
    await t.throwsAsync(async () => decrypted(await message(size), bytes), {
      message: /^this OpenPGP message with its chunks needs [0-9]+ MiB of memory/,
    });
  }
});
