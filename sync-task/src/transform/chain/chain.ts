/**
 * Which transforms apply to a file, in which order. A chain has a key, which is part of the file's fingerprint: a changed rule
 * processes exactly the files again that it applies to.
 */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { SyncError } from '../../base/errors.ts';
import { matcher } from '../../base/glob.ts';
import { nearest } from '../../base/nearest.ts';
import type { TransformSetting } from '../../config/settings.ts';
import { limitedExpansion } from '../compression/expansion.ts';
import { optionsOf } from '../describe.ts';
import type { OwnTransforms } from '../own.ts';
import type { BoundedFile, ByteStream, ResumableRun, SavedState, Transform } from '../transform.ts';
import { coalesced } from './coalesced.ts';
import { detachedFile } from './file-context.ts';
import { OWN_ROUNDS, ROUNDS, watch } from './watched.ts';

export interface Chain {
  /** Differs for any two chains whose output may differ. Empty where no transform applies to this path. */
  key(path: string): string;
  /** The file's bytes, changed; the input itself where no transform applies. */
  apply(path: string, input: ByteStream, file?: BoundedFile): ByteStream;
  /**
   * Like `apply`, from the beginning or from what another run of the same chain saved. Undefined where a transform of this path
   * has no `resume`, or writes side files.
   */
  resume(path: string, input: ByteStream, saved: SavedState | undefined): ResumableRun | undefined;
  /** Whether its transforms keep their thread busy. */
  busy(path: string): boolean;
  /** The names of the transforms that apply to this path, in order. */
  names(path: string): readonly string[];
  /** The file's path at the target: its own, or its folder with the name that the transforms give it. */
  targetPath(path: string): string;
  /** False where every file keeps its own path. */
  readonly renames: boolean;
  /** False where no transform writes side files. */
  readonly writesBeside: boolean;
  /** Every transform in order, whatever it applies to. Two equal lists give every path the same output. */
  readonly identity: readonly StepIdentity[];
  /** Throws `usage` where something that an option names, such as a key file, is unusable. */
  prepare(): Promise<void>;
  /** How many shares of memory the transforms of this path may hold at once. */
  memoryShares(path: string): number;
  /** The suffixes of the side files that the transforms of this path may write. */
  asides(path: string): readonly string[];
}

export interface StepIdentity {
  readonly name: string;
  /** Of version, options and glob. Options may hold what nobody should read. */
  readonly hash: string;
}

interface Step {
  /** For the watch. */
  readonly rounds: number;
  readonly glob: string | undefined;
  readonly transform: Transform;
  readonly options: unknown;
  applies(path: string): boolean;
}

/** Throws `usage` for an unknown transform, a bad option or a bad glob. */
export function transformChain(
  settings: readonly TransformSetting[],
  known: readonly Transform[],
  own: OwnTransforms = new Map(),
): Chain {
  const steps = settings.map((setting) => prepare(setting, known, own));
  const stepsFor = (path: string) => steps.filter((step) => step.applies(path));
  const asides = (path: string) =>
    distinct(stepsFor(path).flatMap(({ transform, options }) => transform.asides?.(options) ?? []));
  /** There are few different chains, but a million paths. */
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
      const expansion = limitedExpansion(file.maxExpansion);
      const applied = (stream: ByteStream, { transform, options, rounds }: Step) => {
        const watching = watch(transform.name, rounds);
        const bounded = counting(watching.file(file), transform);
        const output = watching.output(transform.apply(watching.input(coalesced(stream).output), options, bounded));
        return coalesced(transform.decodes ? expansion.output(output) : output).output;
      };
      const steps = stepsFor(path);
      return steps.length === 0 ? input : steps.reduce(applied, expansion.input(input));
    },
    resume: (path, input, saved) => resumed(stepsFor(path), input, saved),
    busy: (path) => stepsFor(path).some(({ transform }) => !transform.threaded),
    names: (path) => stepsFor(path).map(({ transform }) => transform.name),
    targetPath(path) {
      const end = path.lastIndexOf('/') + 1;
      const name = stepsFor(path).reduce((name, step) => outputName(step, name, path), path.slice(end));
      return path.slice(0, end) + name;
    },
    memoryShares: (path) =>
      stepsFor(path).reduce((sum, { transform, options }) => sum + (transform.memoryShares?.(options) ?? 0), 0),
    asides,
    renames: steps.some(({ transform }) => transform.outputName !== undefined),
    writesBeside: steps.some(({ transform, options }) => (transform.asides?.(options) ?? []).length > 0),
    identity: steps.map(stepIdentity),
    async prepare() {
      for (const { transform, options } of steps) await transform.prepare?.(options);
    },
  };
}

function counting(file: BoundedFile, { name }: Transform): BoundedFile {
  return { ...file, note: (counter, count) => file.note(counter, count, name) };
}

/** A chain's state holds the states of its transforms and of the blocks between them. */
function resumed(steps: readonly Step[], input: ByteStream, saved: SavedState | undefined): ResumableRun | undefined {
  const states = saved as readonly SavedState[] | undefined;
  const runs: ResumableRun[] = [coalesced(input, states?.[0])];
  for (const { transform, options, rounds } of steps) {
    if (transform.asides?.(options).length) return undefined; // what is written aside is not saved
    const before = runs.at(-1) as ResumableRun;
    const watching = watch(transform.name, rounds);
    const run = transform.resume?.(watching.input(before.output), options, states?.[runs.length]);
    if (run === undefined) return undefined;
    runs.push(run);
    runs.push(coalesced(watching.output(run.output), states?.[runs.length]));
  }
  const { output } = runs.at(-1) as ResumableRun;
  return { output, save: () => runs.map((run) => run.save()) };
}

function outputName({ transform, options }: Step, name: string, path: string): string {
  const changed = transform.outputName?.(name, options) ?? name;
  if (changed !== '' && changed !== '.' && changed !== '..' && !/[/\0]/.test(changed)) return changed;
  throw new SyncError(
    `transform ${transform.name} gives ${JSON.stringify(path)} a name that no file can have; exclude it`,
    {
      kind: 'refused',
      reason: 'bad-output-name',
      path,
    },
  );
}

function distinct(suffixes: readonly string[]): readonly string[] {
  const twice = suffixes.find((suffix, index) => suffixes.indexOf(suffix) !== index);
  if (twice === undefined) return suffixes;
  throw new SyncError(`two transforms of one file write a file ${twice} beside it; give one of them another suffix`, {
    kind: 'permanent',
    reason: 'bad-transform-option',
  });
}

function prepare(setting: TransformSetting, known: readonly Transform[], own: OwnTransforms): Step {
  const transform = find(setting.name, known, own);
  const parsed = transform.options.safeParse(setting.options);
  if (!parsed.success) throw badOption(transform, parsed.error);
  const applies = setting.glob === undefined ? () => true : matcher([setting.glob]);
  const rounds = known.includes(transform) ? ROUNDS : OWN_ROUNDS;
  return { glob: setting.glob, transform, options: parsed.data, rounds, applies };
}

export function find(name: string, known: readonly Transform[], own: OwnTransforms): Transform {
  const transform = known.find((each) => each.name === name) ?? own.get(name);
  if (transform === undefined) throw unknownTransform(name, known);
  return transform;
}

function keyOf(steps: readonly Step[]): string {
  if (steps.length === 0) return '';
  return hashOf(steps.map(({ transform: { name, version }, options }) => ({ name, version, options })));
}

function stepIdentity({ transform: { name, version }, options, glob = '' }: Step): StepIdentity {
  return { name, hash: hashOf({ version, options, glob }) };
}

function hashOf(identity: unknown): string {
  return createHash('sha256').update(JSON.stringify(identity, sortedKeys)).digest('hex').slice(0, 16);
}

/** For `JSON.stringify`: sorts keys, because the order in which a schema lists its options means nothing. */
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
  const names = optionsOf(transform).map(({ name }) => name);
  return new SyncError(`transform ${transform.name}: ${problems.join('; ')} (options: ${names.join(', ') || 'none'})`, {
    kind: 'usage',
    reason: 'bad-transform-option',
  });
}
