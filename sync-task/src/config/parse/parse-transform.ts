/**
 * Reads the short form of a transform setting, for flags and the environment: `NAME[:OPTION=VALUE,…][@GLOB]`, for example
 *
 *     mask:token=password,token=secret@*.txt
 *
 * A repeated option is a list. In a value, `\` escapes `,`, `=`, `@` and `\`. Everything after the first `@` is the glob,
 * without escapes. A name may also be that of an installed package, or a path that starts with `./`, `../` or `/` and has no `:`
 * or `@`.
 */

import { SyncError } from '../../base/errors.ts';
import type { TransformSetting } from '../settings.ts';

/** Throws `usage` for any other form. The message repeats no value: it may be a secret to mask. */
export function parseTransform(text: string): TransformSetting {
  // The "@" of a scoped package does not start a glob.
  const at = indexOfPlain(text, '@', 1, text.length);
  const end = at === -1 ? text.length : at;
  const colon = text.slice(0, end).indexOf(':');
  const name = text.slice(0, colon === -1 ? end : colon);
  if (!/^((\.{0,2}|@[\w.-]+)\/)?[\w.-]+(\/[\w. -]+)*$/.test(name)) {
    throw malformed('it must start with the name of a transform, of a package, or a path such as ./my-transform.js');
  }
  const glob = at === -1 ? undefined : text.slice(at + 1);
  if (glob === '') throw malformed(`${name}: no glob after "@"; write "\\@" for an "@" in a value`);
  const options: Record<string, string | string[]> = {};
  if (colon !== -1) {
    for (const [option, value] of assignments(text, colon + 1, end, name)) add(options, option, value);
  }
  return { name, options, glob };
}

/** The text that `parseTransform` reads as this setting. A list of one looks like its only value. */
export function formatTransform({ name, options, glob }: TransformSetting): string {
  const assigned = Object.entries(options).flatMap(([option, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => `${option}=${value.replace(/[,=@\\]/g, '\\$&')}`),
  );
  return name + (assigned.length === 0 ? '' : `:${assigned.join(',')}`) + (glob === undefined ? '' : `@${glob}`);
}

function* assignments(text: string, from: number, end: number, name: string): Generator<[string, string]> {
  for (let start = from; start <= end; ) {
    const comma = indexOfPlain(text, ',', start, end);
    const stop = comma === -1 ? end : comma;
    const part = text.slice(start, stop);
    const equals = part.indexOf('=');
    const option = part.slice(0, equals === -1 ? 0 : equals);
    if (!/^[a-z][a-z0-9-]*$/i.test(option)) {
      throw malformed(`${name}: options are OPTION=VALUE, separated by ","; write "\\," for a "," in a value`);
    }
    yield [option, unescaped(part.slice(equals + 1), `${name}, option ${option}`)];
    start = stop + 1;
  }
}

function add(options: Record<string, string | string[]>, option: string, value: string): void {
  const before = Object.hasOwn(options, option) ? options[option] : undefined;
  options[option] = before === undefined ? value : [...(typeof before === 'string' ? [before] : before), value];
}

/** The first index of the character without a backslash before it; -1: none. */
function indexOfPlain(text: string, character: string, from: number, end: number): number {
  for (let index = from; index < end; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === character) return index;
  }
  return -1;
}

function unescaped(value: string, where: string): string {
  return value.replace(/\\(.?)/gs, (_, character: string) => {
    if (character !== '' && ',=@\\'.includes(character)) return character;
    throw malformed(`${where}: after "\\" comes one of , = @ \\; write "\\\\" for a backslash`);
  });
}

function malformed(why: string): SyncError {
  return new SyncError(`a transform is written NAME[:OPTION=VALUE,…][@GLOB]; ${why}`, {
    kind: 'usage',
    reason: 'malformed-transform',
  });
}
