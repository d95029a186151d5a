/**
 * The TCP socket under an SSH connection, made for bulk: it is read into large slabs, so that few packets lie across two
 * of them (each that does is copied), and what is written in one turn of the event loop leaves in one system call.
 */
import { createConnection, type Socket } from 'node:net';

const SLAB_BYTES = 256 * 1024;
/** More in one system call gains nothing. */
const GATHERED_BYTES = 128 * 1024;
/** A read into less than this would be too short for one SSH packet more often than not. */
const LEAST_READ_BYTES = 64 * 1024;

/**
 * `noDelay` from the start: without it connecting takes four times as long.
 * @param mayReuse whether nobody looks at what was read once the 'data' listeners have returned
 */
export function bulkSocket(host: string, port: number, mayReuse: () => boolean): Socket {
  const slab = slabs(mayReuse);
  const socket = createConnection({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    onread: {
      buffer: slab.room,
      callback(bytes) {
        socket.emit('data', slab.take(bytes));
        slab.done();
        return true;
      },
    },
  });
  gatherWrites(socket);
  return socket;
}

/**
 * Two slabs in turn. One that is full is read into again when the other one is full too: until then ssh2 may still wait
 * for the end of a packet that lies in it.
 */
function slabs(mayReuse: () => boolean) {
  let slab: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let spare: Buffer<ArrayBuffer> | undefined;
  let used = 0;
  let kept = false;
  return {
    room(): Buffer {
      if (slab.length - used < LEAST_READ_BYTES) {
        const full = slab;
        slab = spare ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
        spare = kept ? undefined : full;
        kept = false;
        used = 0;
      }
      return slab.subarray(used);
    },
    take(bytes: number): Buffer {
      const taken = slab.subarray(used, used + bytes);
      used += bytes;
      return taken;
    },
    done(): void {
      if (mayReuse()) return;
      kept = true;
      spare = undefined;
    },
  };
}

function gatherWrites(socket: Socket): void {
  const write = socket.write;
  let gathering = false;
  let gathered = 0;
  function send(): void {
    gathering = false;
    gathered = 0;
    socket.uncork();
  }
  socket.write = ((...args: Parameters<typeof write>) => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      process.nextTick(() => gathering && send());
    }
    const more = write.apply(socket, args);
    gathered += args[0].length;
    if (gathered >= GATHERED_BYTES) send();
    return more;
  }) as typeof write;
}
