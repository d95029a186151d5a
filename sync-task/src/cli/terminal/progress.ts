/** Shows the progress: redrawn lines on a terminal, a log line every 10 s elsewhere. */
import type { Log } from '../../base/log.ts';
import type { Progress } from '../../engine/context.ts';
import { bytesWords, counted, durationWords } from '../../engine/report/words.ts';
import { progressLines } from './progress-line.ts';

export interface ShownProgress extends Progress {
  /** Clears the drawn lines before a log line. */
  makeRoom(): void;
  stop(): void;
}

const LOG_EVERY_MS = 10_000;
/** The most lines about single files of each kind; more are counted. */
const MOST_FILES_NAMED = 1000;
const DRAW_EVERY_MS = 200;
/** The rate covers this time: a transfer that slows down shows it. */
const RATE_OVER_MS = 10_000;
const CLEAR = '\r\x1b[J';

/** Draws only if the terminal can move its cursor. */
export function openProgress(terminal: boolean, log: () => Log): ShownProgress {
  return terminal && process.env['TERM'] !== 'dumb' ? drawnProgress(process.stderr) : loggedProgress(log);
}

interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

function drawnProgress(terminal: Terminal): ShownProgress {
  const state = { files: 0, allFiles: 0, bytes: 0, allBytes: 0, listed: 0 };
  const inFlight = new Set<{ readonly path: string; readonly size: number }>();
  const samples: { readonly atMs: number; readonly bytes: number }[] = [];
  let isDrawn = false;

  function rate(): number {
    const atMs = performance.now();
    samples.push({ atMs, bytes: state.bytes });
    while (samples.length > 2 && atMs - (samples[1]?.atMs ?? atMs) > RATE_OVER_MS) samples.shift();
    const first = samples[0];
    const seconds = first ? (atMs - first.atMs) / 1000 : 0;
    return first && seconds > 0 ? (state.bytes - first.bytes) / seconds : 0;
  }

  function lines(): readonly string[] {
    const columns = Math.max(20, (terminal.columns ?? 80) - 1);
    if (state.allFiles === 0) return state.listed > 0 ? [`${state.listed} files listed`] : [];
    const bytesPerSecond = rate();
    const left = Math.max(0, state.allBytes - state.bytes);
    const leftMs = left === 0 ? 0 : bytesPerSecond > 0 ? (left / bytesPerSecond) * 1000 : undefined;
    let largest: { readonly path: string; readonly size: number } | undefined;
    for (const each of inFlight) if (!largest || each.size > largest.size) largest = each;
    return progressLines({ ...state, bytesPerSecond, leftMs, largest }, columns);
  }

  function draw(): void {
    const drawn = lines();
    if (drawn.length === 0) return;
    // The cursor stays in the first line, so that clearing from there clears all.
    const back = drawn.length > 1 ? `\x1b[${drawn.length - 1}A` : '';
    terminal.write(`${CLEAR}${drawn.join('\n')}${back}\r`);
    isDrawn = true;
  }

  function makeRoom(): void {
    if (isDrawn) terminal.write(CLEAR);
    isDrawn = false;
  }

  const timer = setInterval(draw, DRAW_EVERY_MS).unref();
  return {
    expect(files, bytes) {
      state.allFiles += files;
      state.allBytes += bytes;
      samples.length = 0;
    },
    listed(files) {
      state.listed = files;
    },
    bytes(count) {
      state.bytes += count;
    },
    begin(path, size) {
      const file = { path, size };
      inFlight.add(file);
      return () => void inFlight.delete(file);
    },
    file() {
      state.files++;
    },
    makeRoom,
    stop() {
      clearInterval(timer);
      makeRoom();
    },
  };
}

/** Shows life in a container's log: how far, how fast, and how long still. */
function loggedProgress(log: () => Log): ShownProgress {
  const state = { files: 0, allFiles: 0, bytes: 0, allBytes: 0, listed: 0 };
  const seen = { startedMs: 0, atMs: 0, bytes: 0 };
  const timer = setInterval(() => {
    if (state.allFiles > 0) logWork();
    else if (state.listed > 0) log().info(`${counted(state.listed, 'file')} listed`, { listed: state.listed });
  }, LOG_EVERY_MS).unref();

  function logWork(): void {
    const { files, allFiles, bytes, allBytes } = state;
    const nowMs = performance.now();
    const bytesPerSecond = Math.round(((bytes - seen.bytes) * 1000) / Math.max(1, nowMs - seen.atMs));
    Object.assign(seen, { atMs: nowMs, bytes });
    const leftMs = timeLeftMs(allBytes > 0 ? bytes / allBytes : files / allFiles, nowMs - seen.startedMs);
    const rest = leftMs === undefined ? 'no end in sight' : `${durationWords(leftMs)} left`;
    log().info(
      `${files} of ${counted(allFiles, 'file')}, ${bytesWords(bytes)} of ${bytesWords(allBytes)}, ${bytesWords(bytesPerSecond)}/s, ${rest}`,
      { files, bytes, bytesPerSecond, ...(leftMs === undefined ? {} : { secondsLeft: Math.round(leftMs / 1000) }) },
    );
  }

  return {
    filesTold: MOST_FILES_NAMED,
    expect(files, bytes) {
      if (state.allFiles === 0) {
        seen.startedMs = performance.now();
        seen.atMs = seen.startedMs;
      }
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

/** Milliseconds left at the average speed so far; undefined before anything is done. `done` is a fraction. */
export function timeLeftMs(done: number, elapsedMs: number): number | undefined {
  if (!(done > 0)) return undefined;
  return done >= 1 ? 0 : (elapsedMs * (1 - done)) / done;
}
