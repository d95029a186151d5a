/** Reads the file of a secret. A pipe (`…_FILE=<(command)`) gives its bytes only once, so each process reads it once. */
import { closeSync, constants, openSync, readFileSync, readSync, statSync } from 'node:fs';

/** The text that came, or why none did: nobody waits for it again. */
const fromPipes = new Map<string, string | Error>();

/** Without a byte order mark and final line ends. Throws the system's error, or one with a `code` that says that nothing came. */
export function readSecretOnce(file: string): string {
  const known = fromPipes.get(file);
  if (known instanceof Error) throw known;
  if (known !== undefined) return known;
  const kind = statSync(file);
  if (kind.isFile()) return secretText(readFileSync(file));
  try {
    const text = secretText(kind.isFIFO() ? readPipe(file) : readFileSync(file));
    fromPipes.set(file, text);
    return text;
  } catch (error) {
    fromPipes.set(file, error as Error);
    throw error;
  }
}

export function isPipe(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFIFO() ?? false;
}

/** Editors and shells add a byte order mark and line ends; PowerShell writes UTF-16. */
function secretText(bytes: Buffer): string {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  const encoding = isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8'; // the decoder removes the mark
  return withoutLineEnd(new TextDecoder(encoding).decode(bytes));
}

export function withoutLineEnd(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/[\r\n]+$/, '');
}

const LOOK_MS = 20;
const WRITER_MS = 10_000;
const PIECE_BYTES = 64 * 1024;

/** Opening a pipe would wait for a writer, forever if there is none. This gives up after 10 s. */
function readPipe(file: string): Buffer {
  const pieces: Buffer[] = [];
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const pipe = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    for (let waitedMs = 0; ; ) {
      const piece = Buffer.alloc(PIECE_BYTES);
      const bytes = readAvailable(pipe, piece);
      if (bytes !== undefined && bytes > 0) {
        pieces.push(piece.subarray(0, bytes));
        continue;
      }
      if (bytes === 0 && pieces.length > 0) return Buffer.concat(pieces);
      if (bytes === 0) waitedMs += LOOK_MS;
      if (waitedMs > WRITER_MS) throw Object.assign(new Error('nothing came'), { code: 'nothing was written to it' });
      Atomics.wait(pause, 0, 0, LOOK_MS);
    }
  } finally {
    closeSync(pipe);
  }
}

/** Undefined: the writer has not written yet. 0: nobody has it open for writing. */
function readAvailable(pipe: number, piece: Buffer): number | undefined {
  try {
    return readSync(pipe, piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}
