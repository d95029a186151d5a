/**
 * Most transforms are a step for each piece of input and one for the end. Written that way they need no generator, and they can
 * resume in the middle of a file once `save` names all that they remember between two steps.
 */
import type { ByteStream, ResumableRun, SavedState, Transform } from './transform.ts';

export interface Steps {
  /** The output for this piece as far as it is decided; may be empty. May change the piece and return a part of it. */
  push(piece: Uint8Array): Uint8Array;
  /** The rest, after the input's end. */
  end(): Uint8Array;
  /** Everything that the next step depends on. */
  save(): SavedState;
  /** Upper limit for a piece. Bounds the output of one step where output is much longer than input. */
  readonly maxPieceBytes?: number;
}

export const noBytes: Uint8Array = new Uint8Array(0);

/** `apply` and `resume` of a transform that is made of steps. `saved` comes from another run's `save`. */
export function stepwise<Options, Saved extends SavedState>(
  start: (options: Options, saved: Saved | undefined) => Steps,
): Pick<Transform<Options>, 'apply'> & Required<Pick<Transform<Options>, 'resume'>> {
  return {
    apply: (input, options) => run(input, start(options, undefined)).output,
    resume(input, options, saved) {
      if (saved === undefined) return run(input, start(options, undefined));
      const { steps, rest, ended } = saved as unknown as SavedRun;
      return run(input, start(options, (steps ?? undefined) as Saved | undefined), bytesFrom(rest), ended);
    },
  };
}

interface SavedRun {
  readonly steps: SavedState;
  /** Pulled from the input, but not yet given to a step. */
  readonly rest: string;
  readonly ended: boolean;
}

function run(input: ByteStream, steps: Steps, savedRest = noBytes, savedEnded = false): ResumableRun {
  const { maxPieceBytes = Number.POSITIVE_INFINITY } = steps;
  let rest: Uint8Array = savedRest;
  let ended = savedEnded;

  function* pieces(): Generator<Uint8Array> {
    while (rest.length > 0) {
      const piece = rest.length <= maxPieceBytes ? rest : rest.subarray(0, maxPieceBytes);
      rest = rest.length <= maxPieceBytes ? noBytes : rest.subarray(maxPieceBytes);
      const output = steps.push(piece);
      if (output.length > 0) yield output;
    }
  }

  async function* output(): ByteStream {
    if (ended) return;
    yield* pieces();
    for await (const chunk of input) {
      rest = chunk;
      yield* pieces();
    }
    const last = steps.end();
    ended = true;
    if (last.length > 0) yield last;
  }

  return {
    output: output(),
    save: () => ({ steps: ended ? null : steps.save(), rest: textOf(rest), ended }),
  };
}

/** Bytes as text for a saved state, and back. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

export function bytesFrom(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}
