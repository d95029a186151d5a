/** The transforms of `--transform`, of its variable, or of the file. */
import { z } from 'zod';
import { badOption } from '../bad-option.ts';
import type { TransformSetting } from '../settings.ts';
import { parseTransform } from './parse-transform.ts';

const fileTransform = z.strictObject({
  name: z.string(),
  options: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))]),
    )
    .default({}),
  glob: z.string().optional(),
});

/** Each in the short form of the flag, or, in the file, spelt out: name, options, glob. Throws `usage`. */
export function transformSettings({ value, as }: { readonly value: unknown; readonly as: string }): TransformSetting[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item === 'string') return parseTransform(item);
    const result = fileTransform.safeParse(item);
    if (!result.success) {
      const issue = result.error.issues[0];
      throw badOption(
        as,
        `a transform is NAME:OPTION=VALUE@GLOB, or name, options and glob (${issue?.path.join('.')}: ${issue?.message})`,
      );
    }
    const { name, options, glob } = result.data;
    const texts = Object.entries(options).map(([key, each]) => [
      key,
      Array.isArray(each) ? each.map(String) : String(each),
    ]);
    return { name, options: Object.fromEntries(texts), glob };
  });
}
