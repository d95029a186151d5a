/**
 * Which transforms apply to a file, in which order. A chain has a key, part of the file's fingerprint: when a rule is
 * changed, exactly the files that it applies to are done again.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TransformSetting } from '../config/settings.ts';
import { SyncError } from '../errors.ts';
import { matcher } from '../glob.ts';
import { nearest } from '../nearest.ts';
import { detachedFile } from './file-context.ts';
import { transforms as builtIn } from './registry.ts';
import type { ByteStream, FileContext, Transform } from './transform.ts';

export interface Chain {
  /** Tells apart any two chains of transforms whose output may differ. Empty where none applies to this path. */
  key(path: string): string;
  /** The file's bytes, changed. The input itself where no transform applies. */
  apply(path: string, input: ByteStream, file?: FileContext): ByteStream;
  /** The suffixes of the files that the transforms of this path may write beside it. */
  asides(path: string): readonly string[];
}

interface Step {
  readonly transform: Transform;
  readonly options: unknown;
  applies(path: string): boolean;
}

/** Throws `usage` for an unknown transform, a bad option or a bad glob. */
export function transformChain(settings: readonly TransformSetting[], known: readonly Transform[] = builtIn): Chain {
  const steps = settings.map((setting) => prepare(setting, known));
  const stepsFor = (path: string) => steps.filter((step) => step.applies(path));
  const asides = (path: string) =>
    distinct(stepsFor(path).flatMap(({ transform, options }) => transform.asides?.(options) ?? []));
  /** Few different chains, but a million paths. */
  const keys = new Map<string, string>();

  return {
    key(path) {
      const which = steps.map((step) => (step.applies(path) ? '1' : '0')).join('');
      let key = keys.get(which);
      if (key === undefined) {
        key = keyOf(steps.filter((_, index) => which[index] === '1'));
        keys.set(which, key);
      }
      return key;
    },
    apply(path, input, file = detachedFile(path)) {
      asides(path);
      return stepsFor(path).reduce((stream, step) => step.transform.apply(stream, step.options, file), input);
    },
    asides,
  };
}

function distinct(suffixes: readonly string[]): readonly string[] {
  const twice = suffixes.find((suffix, index) => suffixes.indexOf(suffix) !== index);
  if (twice === undefined) return suffixes;
  throw new SyncError(`two transforms of one file write a file ${twice} beside it; give one of them another suffix`, {
    kind: 'permanent',
    reason: 'bad-transform-option',
  });
}

function prepare(setting: TransformSetting, known: readonly Transform[]): Step {
  const transform = known.find(({ name }) => name === setting.name);
  if (transform === undefined) throw unknownTransform(setting.name, known);
  const parsed = transform.options.safeParse(setting.options);
  if (!parsed.success) throw badOption(transform, parsed.error);
  const applies = setting.glob === undefined ? () => true : matcher([setting.glob]);
  return { transform, options: parsed.data, applies };
}

function keyOf(steps: readonly Step[]): string {
  if (steps.length === 0) return '';
  const identity = steps.map(({ transform: { name, version }, options }) => ({ name, version, options }));
  return createHash('sha256').update(JSON.stringify(identity, sortedKeys)).digest('hex').slice(0, 16);
}

/** For `JSON.stringify`: the order in which a schema happens to list its options is no part of what they say. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function unknownTransform(name: string, known: readonly Transform[]): SyncError {
  const names = known.map((transform) => transform.name);
  const guess = nearest(name, names);
  const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
  return new SyncError(`unknown transform "${name}"${hint} (known: ${names.join(', ')})`, {
    kind: 'usage',
    reason: 'unknown-transform',
  });
}

function badOption(transform: Transform, error: z.ZodError): SyncError {
  const problems = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path[0]?.toString()}: ${message}`,
  );
  const { properties = {} } = z.toJSONSchema(transform.options, { io: 'input', unrepresentable: 'any' });
  return new SyncError(
    `transform ${transform.name}: ${problems.join('; ')} (options: ${Object.keys(properties).join(', ') || 'none'})`,
    { kind: 'usage', reason: 'bad-transform-option' },
  );
}
