/** Reads `--bwlimit`: `10M`, or a timetable such as `08:00,512k 19:00,off`. */
import type { BandwidthSlot } from '../settings.ts';
import { parseBytes } from './units.ts';

/** Sorted by the time of day; undefined for anything else. */
export function parseBandwidth(text: string): readonly BandwidthSlot[] | undefined {
  const words = text.trim().split(/\s+/);
  const [only] = words;
  if (words.length === 1 && only !== undefined && !only.includes(',')) {
    const rate = parseRate(only);
    return rate === undefined ? undefined : [{ fromMinute: 0, ...rate }];
  }
  const slots: BandwidthSlot[] = [];
  for (const word of words) {
    const [, hour, minute, rateText = ''] = /^([01]?\d|2[0-3]):([0-5]\d),(\S+)$/.exec(word) ?? [];
    const rate = parseRate(rateText);
    if (rate === undefined) return undefined;
    slots.push({ fromMinute: Number(hour) * 60 + Number(minute), ...rate });
  }
  slots.sort((a, b) => a.fromMinute - b.fromMinute);
  return slots.some(({ fromMinute }, index) => slots[index + 1]?.fromMinute === fromMinute) ? undefined : slots;
}

function parseRate(text: string): Pick<BandwidthSlot, 'bytesPerSecond'> | undefined {
  if (text === 'off') return { bytesPerSecond: undefined };
  const bytesPerSecond = parseBytes(text.replace(/\/s$/i, ''));
  return bytesPerSecond ? { bytesPerSecond } : undefined;
}
