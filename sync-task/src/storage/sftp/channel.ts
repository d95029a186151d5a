/** What SFTP version 3 offers (draft-ietf-secsh-filexfer-02), each request as a function. */
import type { Duplex } from 'node:stream';
import { type Attributes, type Field, type FieldReader, fieldReader, reply, request, status } from './packet.ts';
import { openRequests, type Question } from './requests.ts';
import { SftpStatus } from './sftp-errors.ts';

export interface DirectoryPage {
  readonly name: Buffer;
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
  extended(name: string, fields: readonly Field[]): Promise<FieldReader>;
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
  const { ask, noSftp } = requests;

  async function expect(wanted: number, type: number, fields: readonly Field[], question?: Question) {
    const answer = await ask(type, fields, question);
    if (answer.type === wanted) return answer;
    throw noSftp(`answer ${answer.type} to request ${type}`);
  }

  /** Takes the fields of an answer; one that is shorter than it says is the server's fault. */
  function take<T>({ payload }: { readonly payload: Buffer }, fields: (reader: FieldReader) => T): T {
    try {
      return fields(fieldReader(payload));
    } catch (error) {
      throw error instanceof RangeError ? noSftp('an answer that is cut short', error) : error;
    }
  }

  const atEnd = (error: unknown): undefined => {
    if (error instanceof SftpStatus && error.code === status.eof) return undefined;
    throw error;
  };

  return {
    extensions: requests.extensions,
    get bytesInFlight() {
      return requests.bytesInFlight;
    },
    get failure() {
      return requests.failure;
    },
    async command(type, fields) {
      await expect(reply.status, type, fields);
    },
    async handle(type, fields) {
      return take(await expect(reply.handle, type, fields), (reader) => reader.bytes());
    },
    async attributes(type, fields) {
      return take(await expect(reply.attrs, type, fields), (reader) => reader.attributes());
    },
    async page(handle) {
      const answer = await expect(reply.name, request.readdir, [handle]).catch(atEnd);
      return answer && take(answer, readPage);
    },
    async realpath(path) {
      return take(await expect(reply.name, request.realpath, [path]), (reader) => {
        reader.uint32();
        return reader.bytes();
      });
    },
    async extended(name, fields) {
      const answer = await ask(request.extended, [Buffer.from(name), ...fields]);
      return fieldReader(answer.payload);
    },
    async read(handle, offset, into) {
      const fields = [handle, BigInt(offset), into.length];
      const answer = await expect(reply.data, request.read, fields, { bytes: into.length, into }).catch(atEnd);
      return answer?.got ?? 0;
    },
    async write(handle, offset, bytes) {
      await ask(request.write, [handle, BigInt(offset), bytes.length], { bytes: bytes.length, content: bytes });
    },
    async copyData(from, to, offset, bytes) {
      const fields = [Buffer.from('copy-data'), from, BigInt(offset), BigInt(bytes), to, BigInt(offset)];
      await ask(request.extended, fields, { bytes });
    },
  };
}

function readPage(reader: FieldReader): readonly DirectoryPage[] {
  const page: DirectoryPage[] = [];
  for (let count = reader.uint32(); count > 0; count--) {
    const name = reader.bytes();
    reader.bytes(); // the "ls -l" line, for people
    page.push({ name, attributes: reader.attributes() });
  }
  return page;
}
