/** Kinds of options that several record transforms share. Options are texts; a repeated option is a list of texts. */
import { z } from 'zod';

/** A list, even where the option is given once. */
export function listOption(describe: string) {
  return z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string().min(1, 'it is empty')))
    .default([])
    .describe(`${describe}; repeatable`);
}

/** On or off. */
export function switchOption(describe: string, initially: 'yes' | 'no') {
  return z
    .enum(['yes', 'no', 'true', 'false'])
    .default(initially)
    .transform((value) => value === 'yes' || value === 'true')
    .describe(describe);
}

const units: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2 };

/** A number of bytes: `65536`, `64KiB`, `1MiB`. */
export function bytesOption(describe: string, initially: string, mostBytes: number) {
  return z
    .string()
    .default(initially)
    .transform((value, context) => {
      const [, digits, unit = ''] = /^(\d{1,12})(KiB|MiB)?$/.exec(value) ?? [];
      const bytes = Number(digits) * (units[unit] as number);
      if (bytes >= 1 && bytes <= mostBytes) return bytes;
      context.addIssue({ code: 'custom', message: `give 1 to ${mostBytes} bytes, such as ${initially}` });
      return z.NEVER;
    })
    .describe(describe);
}

/** The suffix of a side file. */
export function asideSuffix(initially: string, describe: string) {
  return z
    .string()
    .default(initially)
    .refine((value) => /^\.[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(value), `give a suffix such as ${initially}`)
    .describe(describe);
}
