/** The progress as text for any width of terminal: files, bytes, rate, time left, and the largest file in flight. */

import { visible } from '../../base/visible.ts';
import { bytesWords } from '../../engine/report/words.ts';
import { shorten, textWidth } from './text-width.ts';

export interface ProgressState {
  readonly files: number;
  readonly allFiles: number;
  readonly bytes: number;
  readonly allBytes: number;
  readonly bytesPerSecond: number;
  /** Undefined until it can be estimated. */
  readonly leftMs: number | undefined;
  /** The largest file in flight. */
  readonly largest: { readonly path: string; readonly size: number } | undefined;
}

const BAR = 24;

/** One line or two. None is wider than `columns`: a wrapped line could not be redrawn. */
export function progressLines(state: ProgressState, columns: number): readonly string[] {
  const { files, allFiles, bytes, allBytes, bytesPerSecond, leftMs, largest } = state;
  const part = allBytes > 0 ? bytes / allBytes : allFiles > 0 ? files / allFiles : 0;
  const share = Math.min(1, part);
  const filled = Math.floor(share * BAR);
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}]`;
  const percent = `${String(Math.floor(share * 100)).padStart(3)}%`;
  const count = `${files}/${allFiles}`;
  const words = `${count} files`;
  const rate = `${bytesWords(bytesPerSecond)}/s`;
  const eta = `ETA ${leftMs === undefined ? '-:--' : clock(leftMs)}`;
  const sizes = `${bytesWords(bytes)} of ${bytesWords(allBytes)}`;
  const short = `${bytesWords(bytes)}/${bytesWords(allBytes)}`;
  const forms = [
    `${bar} ${percent}  ${words}  ${sizes}  ${rate}  ${eta}`,
    `${percent}  ${words}  ${sizes}  ${rate}  ${eta}`,
    `${words}  ${sizes}  ${rate}  ${eta}`,
    `${words} ${short} ${rate} ${eta}`,
    `${count} ${short} ${rate} ${eta}`.replaceAll('iB', ''),
  ];
  const line = forms.find((form) => textWidth(form) <= columns) ?? shorten(forms.at(-1) ?? '', columns);
  if (!largest) return [line];
  const size = ` (${bytesWords(largest.size)})`;
  return [line, shorten(`  ${shorten(visible(largest.path), columns - size.length - 2, 'beginning')}${size}`, columns)];
}

/** `1:02:03`, `2:03`. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 99) return '>99 h';
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
