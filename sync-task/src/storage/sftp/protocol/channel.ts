/** What SFTP version 3 offers (draft-ietf-secsh-filexfer-02), each request as a function. */
import type { Duplex } from 'node:stream';
import { type Attributes, type Field, type FieldReader, reply, request, status } from './packet.ts';
import { openRequests } from './requests.ts';
import { SftpStatus } from './sftp-errors.ts';

export interface DirectoryPage {
  readonly name: Buffer;
  /** The "ls -l" line, in whatever form the server likes. */
  readonly longName: Buffer;
  readonly attributes: Attributes;
}

export interface SftpChannel {
  /** Name → data, as the server announced them. */
  readonly extensions: ReadonlyMap<string, string>;
  /** Requested or sent bytes whose answer has not come: the measure of how busy this channel is. */
  readonly bytesInFlight: number;
  /** Why it ended, once it has. */
  readonly failure: Error | undefined;
  /** Any request whose success is a plain OK. */
  command(type: number, fields: readonly Field[]): Promise<void>;
  /** OPEN and OPENDIR. */
  handle(type: number, fields: readonly Field[]): Promise<Buffer>;
  /** LSTAT, STAT and FSTAT. */
  attributes(type: number, fields: readonly Field[]): Promise<Attributes>;
  /** READDIR; undefined at the end. */
  page(handle: Buffer): Promise<readonly DirectoryPage[] | undefined>;
  realpath(path: Buffer): Promise<Buffer>;
  readlink(path: Buffer): Promise<Buffer>;
  /** @param take what is in the answer, copied: its memory is used again */
  extended<T>(name: string, fields: readonly Field[], take: (reader: FieldReader) => T): Promise<T>;
  /** READ into this memory: how many bytes came, possibly less than it holds; 0 at the end of the file. */
  read(handle: Buffer, offset: number, into: Uint8Array): Promise<number>;
  /** WRITE. The bytes have been taken when it returns. */
  write(handle: Buffer, offset: number, bytes: Uint8Array): Promise<void>;
  /** `copy-data` (draft-ietf-secsh-filexfer-extensions-00 section 7): so many bytes, more than 0, to the same place in another file. */
  copyData(from: Buffer, to: Buffer, offset: number, bytes: number): Promise<void>;
}

/** Speaks SFTP on the stream: see `openRequests`. */
export async function openSftpChannel(
  stream: Duplex,
  label: string,
  idleTimeoutMs: number,
  takesNow: (bytes: number) => boolean = () => false,
): Promise<SftpChannel> {
  const requests = await openRequests(stream, label, idleTimeoutMs, takesNow);
  const { ask } = requests;

  return {
    extensions: requests.extensions,
    get bytesInFlight() {
      return requests.bytesInFlight;
    },
    get failure() {
      return requests.failure;
    },
    command: (type, fields) => ask(type, fields, answers.ok),
    handle: (type, fields) => ask(type, fields, answers.handle),
    attributes: (type, fields) => ask(type, fields, answers.attributes),
    page: (handle) => ask(request.readdir, [handle], answers.page).catch(atEnd),
    realpath: (path) => ask(request.realpath, [path], answers.path),
    readlink: (path) => ask(request.readlink, [path], answers.path),
    extended: (name, fields, take) =>
      ask(request.extended, [Buffer.from(name), ...fields], { type: reply.extended, take }),
    async read(handle, offset, into) {
      const fields = [handle, BigInt(offset), into.length];
      return (await ask(request.read, fields, answers.data, { bytes: into.length, into }).catch(atEnd)) ?? 0;
    },
    write(handle, offset, bytes) {
      const fields = [handle, BigInt(offset), bytes.length];
      return ask(request.write, fields, answers.ok, { bytes: bytes.length, content: bytes });
    },
    copyData(from, to, offset, bytes) {
      const fields = [Buffer.from('copy-data'), from, BigInt(offset), BigInt(bytes), to, BigInt(offset)];
      return ask(request.extended, fields, answers.ok, { bytes });
    },
  };
}

const answers = {
  ok: { type: reply.status, take: () => undefined },
  handle: { type: reply.handle, take: copyBytes },
  attributes: { type: reply.attrs, take: (reader: FieldReader) => reader.attributes() },
  data: { type: reply.data, take: (_reader: FieldReader, got: number) => got },
  page: { type: reply.name, take: readPage },
  path: {
    type: reply.name,
    take(reader: FieldReader) {
      reader.uint32(); // one
      return copyBytes(reader);
    },
  },
} as const;

function readPage(reader: FieldReader): readonly DirectoryPage[] {
  const page: DirectoryPage[] = [];
  for (let count = reader.uint32(); count > 0; count--) {
    const name = copyBytes(reader);
    const longName = copyBytes(reader);
    page.push({ name, longName, attributes: reader.attributes() });
  }
  return page;
}

function copyBytes(reader: FieldReader): Buffer {
  return Buffer.from(reader.bytes());
}

function atEnd(error: unknown): undefined {
  if (error instanceof SftpStatus && error.code === status.eof) return undefined;
  throw error;
}
