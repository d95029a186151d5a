/**
 * The user's own transforms: ES modules, by path (`./mask-iban.js`) or by the name of an installed package. They run with all
 * rights of this process, like any program that the user starts. Loading checks what they export.
 */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { SyncError } from '../base/errors.ts';
import type { TransformSetting } from '../config/settings.ts';
import type { ByteStream, Transform } from './transform.ts';

/** By the name that the setting uses. */
export type OwnTransforms = ReadonlyMap<string, Transform>;

/** Loads what is not built in. Leaves out a plain word that is no installed package: it is an unknown transform. */
export async function loadOwn(
  settings: readonly TransformSetting[],
  builtIn: readonly Transform[],
): Promise<OwnTransforms> {
  const own = new Map<string, Transform>();
  for (const { name } of settings) {
    if (own.has(name) || builtIn.some((transform) => transform.name === name)) continue;
    const url = moduleUrl(name);
    if (url === undefined) continue;
    const transform = checked(name, await importModule(name, url));
    if (builtIn.some((other) => other.name === transform.name)) {
      throw unusable(name, `it is named ${transform.name}, as a built-in transform is; give it another name`);
    }
    own.set(name, transform);
  }
  return own;
}

function isPath(name: string): boolean {
  return /^\.{0,2}\//.test(name);
}

/** Resolves packages from the working folder, like paths. */
function moduleUrl(name: string): string | undefined {
  if (isPath(name)) return pathToFileURL(resolve(name)).href;
  try {
    return pathToFileURL(createRequire(join(process.cwd(), 'package.json')).resolve(name)).href;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' && !name.includes('/')) return undefined;
    throw unusable(name, 'there is no such package here; install it, or give a path that starts with ./ or /', error);
  }
}

async function importModule(name: string, url: string): Promise<Record<string, unknown>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    const detail = String(error instanceof Error ? error.message : error).replace(/\n.*/s, '');
    throw unusable(
      name,
      missing ? `a module is missing (${detail})` : `it fails while it is loaded (${detail})`,
      error,
    );
  }
}

const shape = z.object({
  name: z.string('a text').regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and hyphens'),
  version: z.int('a whole number, from 1').min(1, 'a whole number, from 1'),
  summary: z.string('one line of text').min(1, 'one line of text'),
  details: z.string('a text').optional(),
  example: z.string('a text').optional(),
  options: z
    .custom(
      (value) => value === undefined || typeof value === 'function' || isSchema(value),
      'a zod schema, or a function (z) => one',
    )
    .optional(),
  apply: z.custom((value) => typeof value === 'function', 'a function (input, options, file) => output'),
  resume: z.custom((value) => value === undefined || typeof value === 'function', 'a function').optional(),
  prepare: z.custom((value) => value === undefined || typeof value === 'function', 'a function').optional(),
  asides: z.custom((value) => value === undefined || typeof value === 'function', 'a function').optional(),
  outputName: z.custom((value) => value === undefined || typeof value === 'function', 'a function').optional(),
});

function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && 'safeParse' in value;
}

/** A module's default export, or its `transform`, as a transform. Throws `usage` where it is none. */
export function checked(name: string, module: Readonly<Record<string, unknown>>): Transform {
  const exported = module['default'] ?? module['transform'];
  if (typeof exported !== 'object' || exported === null) {
    throw unusable(
      name,
      'it must export the transform by default: export default { name, version, summary, apply, … }',
    );
  }
  const { error } = shape.safeParse(exported);
  const [issue] = error?.issues ?? [];
  if (issue) throw unusable(name, `its ${issue.path.join('.')} must be ${issue.message}`);
  const given = exported as { readonly options?: unknown };
  const options: unknown = optionsFrom(given.options);
  if (!isSchema(options)) throw unusable(name, 'its options must be a zod schema, or a function (z) => one');
  const transform = { example: name, ...given, options } as Transform;
  const { apply, resume } = transform;
  return {
    ...transform,
    apply: (input, chosen, file) => refusing(transform.name, apply.call(transform, input, chosen, file)),
    ...(resume === undefined
      ? {}
      : {
          resume(input, chosen, saved) {
            const run = resume.call(transform, input, chosen, saved);
            return { output: refusing(transform.name, run.output), save: () => run.save() };
          },
        }),
  };
}

function optionsFrom(given: unknown): unknown {
  return typeof given === 'function' ? given(z) : (given ?? z.strictObject({}));
}

/** Turns whatever the transform throws into a refusal: an author needs no class of ours. Errors of the input pass unchanged. */
async function* refusing(name: string, output: ByteStream): ByteStream {
  try {
    for await (const chunk of output) {
      if (!(chunk instanceof Uint8Array)) throw new Error('it must yield Uint8Array or Buffer');
      yield chunk;
    }
  } catch (error) {
    if (error instanceof SyncError) throw error;
    const message = String(error instanceof Error ? error.message : error).replace(/\n.*/s, '');
    throw new SyncError(`transform ${name}: ${message}`, {
      kind: 'refused',
      reason: 'transform-refused',
      cause: error,
    });
  }
}

function unusable(name: string, why: string, cause?: unknown): SyncError {
  return new SyncError(`transform ${name}: ${why}`, { kind: 'usage', reason: 'bad-transform-module', cause });
}
