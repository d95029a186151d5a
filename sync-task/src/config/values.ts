/** The text of an option to its value, by kind; zod says what was wrong, in the words of the help. */
import { z } from 'zod';
import type { Option } from './options.ts';

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};
const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function withUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = match?.[2] === undefined ? undefined : units[match[2].toLowerCase()];
  if (!match?.[1] || unit === undefined) return undefined;
  const value = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** `64MiB`, `10GB`, `1000` as bytes; undefined for anything else. */
export function parseBytes(value: string): number | undefined {
  return withUnit(value, byteUnits);
}

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Text that `parse` turns into something, or a message that says what would do. */
function parsed<T>(expected: string, parse: (value: string) => T | undefined) {
  return text.transform((value, context) => {
    const result = parse(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(value)} is not ${expected}` });
    return z.NEVER;
  });
}

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  false: false,
  '0': false,
  no: false,
};

/** A date, an ISO time, or an age counted back from now. */
function moment(value: string): number | undefined {
  const ageMs = withUnit(value, durationUnits);
  if (ageMs !== undefined) return Date.now() - ageMs;
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

function relativeFolder(value: string): string | undefined {
  const folder = value.replace(/\/+$/, '');
  const parts = folder === '' ? [] : folder.split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0')) ? undefined : folder;
}

function marker(value: string): string | undefined {
  const [before, after, ...more] = value.split('{name}');
  return after === undefined || more.length > 0 || `${before}${after}` === '' || /[/\0]/.test(value)
    ? undefined
    : value;
}

export function schemaOf(option: Option): z.ZodType {
  switch (option.kind) {
    case 'text':
      return parsed('a value', (value) => (value === '' ? undefined : value));
    case 'list':
      return z.array(text);
    case 'flag':
      return parsed('true or false', (value) => truths[value.toLowerCase()]);
    case 'count':
      return parsed('a whole number above 0', (value) => (/^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined));
    case 'bytes':
      return parsed('a size above 0 such as 64MiB, 10GB or 1000', (value) => withUnit(value, byteUnits) || undefined);
    case 'duration':
      return parsed('a duration such as 30s, 5m, 2h or 1d', (value) => withUnit(value, durationUnits));
    case 'moment':
      return parsed('a date, an ISO time or an age such as 7d', moment);
    case 'marker':
      return parsed('a file name with {name} and something around it, such as {name}.done', marker);
    case 'path':
      return parsed('a relative folder without "..", such as 2026-11-21/', relativeFolder);
    case 'choice':
      return parsed(`one of ${option.choices?.join(', ')}`, (value) =>
        option.choices?.includes(value) ? value : undefined,
      );
  }
}
