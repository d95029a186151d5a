/**
 * Judges a plan before it may be carried out: is the source what it usually is? Compares its totals, in all and for each
 * first-level folder, with earlier plans of the pipeline and with the user's limits.
 */
import type { GateName, GateSetting, Settings } from '../../config/settings.ts';
import type { FolderTotals } from '../../state/state.ts';
import type { GateFinding } from '../result/result.ts';
import { MOST_NAMES, nameCollisions } from './name-collisions.ts';
import { isFarAbove, isFarBelow, type Usual, usualOf } from './usual.ts';

/** Earlier plans that say what is usual. */
export const HISTORY_RUNS = 20;
/** First-level folders that are judged. Files below further ones count only in the total. */
const MOST_FOLDERS = 1000;
const MOST_FINDINGS = 100;

export const FILES_FLOOR = 10;
export const BYTES_FLOOR = 1024 * 1024;
/** A feed that doubles is news; a single file is worth a word at ten times the largest. */
export const SUM_FACTOR = 2;
const SINGLE_FACTOR = 10;

export interface Gates {
  /** A file that is taken into account, whether or not it is to be copied. */
  add(path: string, size: number): void;
  /** Something unreadable, of unknown size: from then on a total that is too small refuses nothing. */
  addUnknown(path: string): void;
  /** The history for later plans. Empty where every gate is off, or a part is unreadable: its totals would mislead. */
  totals(): readonly FolderTotals[];
  findings(history: readonly FolderTotals[]): readonly GateFinding[];
}

type Counted = { -readonly [K in keyof FolderTotals]: FolderTotals[K] };

export function gates(settings: Pick<Settings, 'gates' | 'accept'>, prefix: string): Gates {
  const all: Counted = { folder: '', files: 0, bytes: 0, largest: 0 };
  const folders = new Map<string, Counted>();
  const collisions = settings.gates['name-collision'].action === 'off' ? undefined : nameCollisions();
  let unknown = 0;
  const skip = prefix === '' ? 0 : prefix.length + 1;

  function folderOf(path: string): Counted | undefined {
    const end = path.indexOf('/', skip);
    if (end < 0) return undefined;
    const folder = path.slice(skip, end);
    const known = folders.get(folder);
    if (known || folders.size >= MOST_FOLDERS) return known;
    const counted = { folder, files: 0, bytes: 0, largest: 0 };
    folders.set(folder, counted);
    return counted;
  }

  return {
    add(path, size) {
      count(all, size);
      const folder = folderOf(path);
      if (folder) count(folder, size);
      collisions?.add(path);
    },
    addUnknown: () => void unknown++,
    totals: () =>
      unknown > 0 ||
      Object.entries(settings.gates).every(([gate, { action }]) => gate === 'empty-target' || action === 'off')
        ? []
        : [all, ...folders.values()],
    findings(history) {
      const found: GateFinding[] = [];
      const report = (gate: GateName, folder: string, what: string, isTooLittle = false) => {
        const { action } = settings.gates[gate];
        if (action === 'off' || found.length >= MOST_FINDINGS) return;
        const isUnsure = isTooLittle && unknown > 0;
        const isWarned = action === 'warn' || isUnsure;
        const verdict = isWarned ? 'warned' : settings.accept.includes(gate) ? 'accepted' : 'refused';
        const doubt = isUnsure ? `, but ${unknown} places could not be looked at` : '';
        found.push({ gate, folder, verdict, what: what + doubt });
      };
      if (all.files === 0) report('empty-source', '', 'no file is there to be looked at', true);
      const before = Map.groupBy(history, ({ folder }) => folder);
      // A folder that is gone is not judged: feeds with a folder for each day lose the oldest every day.
      for (const now of [all, ...folders.values()]) judge(now, before.get(now.folder) ?? [], settings.gates, report);
      if (collisions && collisions.found > 0) {
        const some = collisions.examples.map((path) => JSON.stringify(path)).join(', ');
        report(
          'name-collision',
          '',
          `${collisions.found} names differ from another one in case or Unicode form alone: ${some}`,
        );
      }
      if (collisions?.complete === false) {
        report('name-collision', '', `only the first ${MOST_NAMES} names were compared`);
      }
      return found;
    },
  };
}

function count(totals: Counted, size: number): void {
  totals.files++;
  totals.bytes += size;
  totals.largest = Math.max(totals.largest, size);
}

function judge(
  now: FolderTotals,
  history: readonly FolderTotals[],
  limits: Readonly<Record<GateName, GateSetting>>,
  report: (gate: GateName, folder: string, what: string, isTooLittle?: boolean) => void,
): void {
  const { folder } = now;
  const files = usualOf(history.map((each) => each.files));
  const bytes = usualOf(history.map((each) => each.bytes));
  const largest = usualOf(history.map((each) => each.largest));
  /** Limits apply to the total, history to folders too. */
  const limit = (gate: GateName) => (folder === '' ? limits[gate].limit : undefined);
  const fewest = limit('few-files') ?? 0;
  const most = (gate: GateName) => limit(gate) ?? Number.POSITIVE_INFINITY;

  if (now.files < fewest) report('few-files', folder, `${now.files} files, at least ${fewest} are asked for`, true);
  else if (files && isFarBelow(now.files, files)) report('few-files', folder, unusual(now.files, 'files', files), true);

  if (now.files > most('many-files')) report('many-files', folder, `${now.files} files, ${most('many-files')} allowed`);
  else if (files && isFarAbove(now.files, files, SUM_FACTOR, FILES_FLOOR)) {
    report('many-files', folder, unusual(now.files, 'files', files));
  }

  if (now.bytes > most('total-size')) report('total-size', folder, `${now.bytes} bytes, ${most('total-size')} allowed`);
  else if (bytes && isFarAbove(now.bytes, bytes, SUM_FACTOR, BYTES_FLOOR)) {
    report('total-size', folder, unusual(now.bytes, 'bytes', bytes));
  } else if (bytes && isFarBelow(now.bytes, bytes)) {
    report('total-size', folder, unusual(now.bytes, 'bytes', bytes), true);
  }

  if (now.largest > most('file-size')) {
    report('file-size', folder, `a file of ${now.largest} bytes, ${most('file-size')} allowed`);
  } else if (largest && isFarAbove(now.largest, largest, SINGLE_FACTOR, BYTES_FLOOR)) {
    report('file-size', folder, unusual(now.largest, 'bytes in the largest file', largest));
  }
}

function unusual(value: number, unit: string, { median, deviation, runs }: Usual): string {
  return `${value} ${unit}; usual are ${Math.round(median)} ± ${Math.round(deviation)} (last ${runs} runs)`;
}
