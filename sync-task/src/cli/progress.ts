/** Shows how far the work is: a line that is redrawn on a terminal, a log line now and then elsewhere. */
import type { Log } from '../log.ts';
import type { Progress } from '../sync/context.ts';

export interface ShownProgress extends Progress {
  /** A log line is about to be written: clears the drawn line. */
  makeRoom(): void;
  stop(): void;
}

const LOG_EVERY_MS = 30_000;

export async function openProgress(terminal: boolean, log: () => Log): Promise<ShownProgress> {
  return terminal ? drawnProgress() : loggedProgress(log);
}

async function drawnProgress(): Promise<ShownProgress> {
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage}%  {files}/{allFiles} files  {done} of {all}  {rate}/s  ETA {eta_formatted}',
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
    etaBuffer: 50,
    gracefulExit: false, // signals are the cli's
  });
  const state = { files: 0, allFiles: 0, bytes: 0, allBytes: 0 };
  let startedMs = 0;
  function draw(): void {
    if (!bar.isActive) return;
    const seconds = Math.max(0.1, (performance.now() - startedMs) / 1000);
    bar.update(state.bytes, {
      files: state.files,
      allFiles: state.allFiles,
      done: formatBytes(state.bytes),
      all: formatBytes(state.allBytes),
      rate: formatBytes(state.bytes / seconds),
    });
  }
  return {
    expect(files, bytes) {
      state.allFiles += files;
      state.allBytes += bytes;
      if (files === 0) return;
      if (bar.isActive) bar.setTotal(Math.max(1, state.allBytes));
      else {
        startedMs = performance.now();
        bar.start(Math.max(1, state.allBytes), 0, {
          files: 0,
          allFiles: files,
          done: '0 B',
          all: formatBytes(bytes),
          rate: '0 B',
        });
      }
    },
    listed(files) {
      if (!bar.isActive) process.stderr.write(`\r\x1b[K${files} files listed`);
    },
    bytes(count) {
      state.bytes += count;
      draw();
    },
    file() {
      state.files++;
      draw();
    },
    makeRoom: () => void process.stderr.write('\r\x1b[K'),
    stop() {
      bar.stop();
      process.stderr.write('\r\x1b[K');
    },
  };
}

/** So that a container's log shows life. */
function loggedProgress(log: () => Log): ShownProgress {
  const state = { files: 0, allFiles: 0, bytes: 0, allBytes: 0, listed: 0 };
  const timer = setInterval(() => {
    if (state.allFiles > 0) {
      const { files, allFiles, bytes, allBytes } = state;
      log().info(`${files} of ${allFiles} files, ${formatBytes(bytes)} of ${formatBytes(allBytes)}`, { files, bytes });
    } else if (state.listed > 0) log().info(`${state.listed} files listed`, { listed: state.listed });
  }, LOG_EVERY_MS).unref();
  return {
    expect(files, bytes) {
      state.allFiles += files;
      state.allBytes += bytes;
    },
    listed(files) {
      state.listed = files;
    },
    bytes(count) {
      state.bytes += count;
    },
    file() {
      state.files++;
    },
    makeRoom() {},
    stop: () => clearInterval(timer),
  };
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
