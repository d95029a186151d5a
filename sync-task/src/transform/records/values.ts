/** Numbers, truths and days as files write them, each in one form. `undefined`: not of that kind. */

/** `1.234,50` with decimal `,` → `1234.50`. Digits after the point stay, zeros too. */
export function normalNumber(value: string, decimal: '.' | ','): string | undefined {
  const text = value.trim().replace(/[\u2212]/, '-');
  const form = decimal === '.' ? withPoint : withComma;
  const match = form.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction, exponent = ''] = match;
  const digits = whole.replace(/[^0-9]/g, '').replace(/^0+(?=\d)/, '');
  return `${sign === '-' ? '-' : ''}${digits || '0'}${fraction ? `.${fraction}` : ''}${exponent.toLowerCase()}`;
}

// Thousands in threes, all with one separator: anything else may be another number than it seems.
const withPoint =
  /^([+-]?)(\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?:[ '\u00a0\u202f\u2019]\d{3})+|(?=\.\d))(?:\.(\d*))?([eE][+-]?\d{1,3})?$/;
const withComma =
  /^([+-]?)(\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[ '\u00a0\u202f\u2019]\d{3})+|(?=,\d))(?:,(\d*))?([eE][+-]?\d{1,3})?$/;

const truths = new Map<string, string>();
for (const word of ['true', 't', 'yes', 'y', '1', 'on']) truths.set(word, 'true');
for (const word of ['false', 'f', 'no', 'n', '0', 'off']) truths.set(word, 'false');

/** `true` or `false`. */
export function normalTruth(value: string): string | undefined {
  return truths.get(value.trim().toLowerCase());
}

export type DayReader = (value: string) => string | undefined;

const parts: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  YY: '(?<short>\\d{2})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{2})',
  D: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
};

/**
 * Reads `DD.MM.YYYY`, `M/D/YY HH:mm` and the like; writes `2026-11-21` or `2026-11-21T07:05:00`. Rejects days that the calendar
 * lacks. Two digits of a year mean 1969 to 2068. Undefined where the format lacks year, month or day.
 */
export function dayReader(format: string): DayReader | undefined {
  const source = format.replace(/YYYY|YY|MM?|DD?|HH?|mm|ss|[\\^$.*+?()[\]{}|/]/g, (part) => parts[part] ?? `\\${part}`);
  const count = (name: string) => source.split(`(?<${name}>`).length - 1;
  const once = ['month', 'day'].every((name) => count(name) === 1) && count('year') + count('short') === 1;
  if (!once || ['hour', 'minute', 'second'].some((name) => count(name) > 1)) return undefined;
  if ((count('minute') > 0 && count('hour') === 0) || (count('second') > 0 && count('minute') === 0)) return undefined;
  const form = new RegExp(`^${source}$`, 'u');

  return (value) => {
    const { year, short, month, day, hour, minute = '0', second = '0' } = form.exec(value.trim())?.groups ?? {};
    if (month === undefined || day === undefined) return undefined;
    const fullYear = year ?? String(Number(short) + (Number(short) < 69 ? 2000 : 1900));
    const date = `${fullYear}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
    if (!isDay(date)) return undefined;
    if (hour === undefined) return date;
    const time = [hour, minute, second].map((digits) => digits.padStart(2, '0')).join(':');
    return isTime(time) ? `${date}T${time}` : undefined;
  };
}

/** Whether the calendar has the day `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days;
}

export function isTime(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(text);
}
