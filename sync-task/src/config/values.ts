/** How the text of an option becomes its value, by kind. The messages say what would be right. */
import { z } from 'zod';
import type { Option } from './options/option.ts';
import { parseBandwidth } from './parse/parse-bandwidth.ts';
import { parseBytes, parseDuration } from './parse/units.ts';

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** `parse` turns text into the value; undefined becomes a message that says what was expected. */
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

/** A date, an ISO time, or an age counted back from now, as milliseconds since 1970-01-01 UTC. */
function moment(value: string): number | undefined {
  const ageMs = parseDuration(value);
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
      return parsed('a size above 0 such as 64MiB, 10GB or 1000', (value) => parseBytes(value) || undefined);
    case 'duration':
      return parsed('a duration such as 30s, 5m, 2h or 1d', (value) => parseDuration(value));
    case 'moment':
      return parsed('a date, an ISO time or an age such as 7d', moment);
    case 'marker':
      return parsed('a file name with {name} and something around it, such as {name}.done', marker);
    case 'bandwidth':
      return parsed("a rate such as 10M, or a timetable such as '08:00,512k 19:00,off'", parseBandwidth);
    case 'path':
      return parsed('a relative folder without "..", such as 2026-11-21/', relativeFolder);
    case 'choice':
      return parsed(`one of ${option.choices?.join(', ')}`, (value) =>
        option.choices?.includes(value) ? value : undefined,
      );
  }
}
