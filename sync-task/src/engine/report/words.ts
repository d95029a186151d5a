/** Numbers as people read them. */

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytesWords(bytes: number): string {
  // A rate has fractions.
  if (Math.round(bytes) < 1024) return `${Math.round(bytes)} B`;
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(value < 99.95 ? 1 : 0)} ${units[unit]}`;
}

export function durationWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** With thin spaces between thousands. */
export function countWords(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `1 file`, `2 files`. */
export function plural(count: number, noun: string): string {
  return `${countWords(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Likewise for a log, whose numbers programs look for: `1 batch`, `2000 batches`. */
export function counted(count: number, noun: 'file' | 'batch'): string {
  return `${count} ${noun}${count === 1 ? '' : noun === 'batch' ? 'es' : 's'}`;
}

/** The beginning and end of a name too long for a column: a run's day, and what tells it from others of that day. */
export function shortName(name: string, longest = 36): string {
  const letters = [...name];
  if (letters.length <= longest) return name;
  const end = Math.floor(longest * 0.3);
  return `${letters.slice(0, longest - end - 1).join('')}…${letters.slice(-end).join('')}`;
}

export function timeWords(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
