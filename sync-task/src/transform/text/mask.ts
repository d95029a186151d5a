/**
 * Writes a replacement for every occurrence of the given tokens and patterns, anywhere, even inside words.
 *
 * From the left, the first position where any of them matches is replaced: by the longest token that matches there, else by the
 * first pattern that does. The search resumes after it. Tokens alone are searched in the bytes (`mask-tokens.ts`), together with
 * patterns in the text (`mask-patterns.ts`).
 */
import { z } from 'zod';
import { type Steps, stepwise } from '../stepwise.ts';
import type { SavedState, Transform } from '../transform.ts';
import { boundedPattern } from './bounded-pattern.ts';
import { maskPatterns } from './mask-patterns.ts';
import { maskTokens } from './mask-tokens.ts';
import { encoded, encodingOption, type TextEncoding } from './text-encoding.ts';
import { type NulRule, nulOption } from './wide-text.ts';

export interface MaskOptions {
  /** Sorted and unique: order and repetition don't change the output, so they must not change the fingerprint. */
  readonly token: readonly string[];
  /** In the order given. Absent where there is none. */
  readonly pattern?: readonly string[];
  readonly replacement: string;
  /** Absent where the replacement is written once for each match. */
  readonly length?: 'keep';
  readonly encoding: TextEncoding;
  readonly nul: NulRule;
}

const asList = (value: unknown) => (typeof value === 'string' ? [value] : value);

const options = z
  .strictObject({
    token: z
      .preprocess(
        asList,
        z
          .array(z.string().min(1, 'a token must not be empty'), 'give at least one, as in token=password,token=secret')
          .optional(),
      )
      .describe('a text to replace; repeatable'),
    pattern: z
      .preprocess(asList, z.array(z.string()).optional())
      .describe('a regular expression whose matches have a bounded length, such as [0-9]{13,19}; repeatable'),
    replacement: z.string().optional().describe('the text to write instead (default ********; with length=keep: *)'),
    length: z
      .enum(['fixed', 'keep'])
      .default('fixed')
      .describe('keep: write the replacement, one character, once for every replaced character'),
    encoding: encodingOption,
    nul: nulOption,
  })
  .check(({ value, issues }) => {
    // Tokens and patterns may be secrets: a message never shows one.
    const refuse = (path: string, message: string) =>
      issues.push({ code: 'custom', path: [path], input: undefined, message });
    const { token = [], pattern = [], replacement = '', length, encoding } = value;
    const unwritable = (text: string) => encoded(text, encoding) === undefined;
    if (token.length === 0 && pattern.length === 0) {
      refuse('token', 'give at least one token or pattern, as in token=password,token=secret');
    }
    if (token.some(unwritable)) refuse('token', `one of the tokens cannot be written in ${encoding}`);
    if (unwritable(replacement)) refuse('replacement', `it cannot be written in ${encoding}`);
    if (length === 'keep' && replacement !== '' && [...replacement].length !== 1) {
      refuse('replacement', 'with length=keep it is one character, such as replacement=x');
    }
    for (const source of pattern) {
      const bounded = boundedPattern(source);
      if ('problem' in bounded) refuse('pattern', bounded.problem);
    }
  })
  .transform(({ token = [], pattern = [], replacement, length, encoding, nul }): MaskOptions => {
    const keep = length === 'keep';
    return {
      token: [...new Set(token)].sort(),
      replacement: replacement ?? (keep ? '*' : '********'),
      encoding,
      nul,
      ...(pattern.length > 0 ? { pattern: [...new Set(pattern)] } : {}),
      ...(keep ? { length: 'keep' } : {}),
    };
  });

export const mask: Transform<MaskOptions> = {
  name: 'mask',
  version: 2,
  summary: 'replaces every occurrence of a token or pattern, even inside words',
  details: `From the left, the first match is replaced; at one position the longest token wins, then the first pattern.
A pattern is a JavaScript regular expression (flags \`m\` and \`u\`) without \`*\`, \`+\`, \`{n,}\`, back references and look-around:
the length of its matches must be bounded, and at least 1, so that the result does not depend on how the file is cut. Write
\`{1,64}\` instead of \`+\`. Time grows with the file alone, whatever stands in it. In a flag, a backslash is written \`\\\\\` and a comma in a value \`\\,\`.`,
  example: 'mask:token=password,token=secret@**/*.txt',
  options,
  ...stepwise<MaskOptions, SavedState>(
    (chosen, saved): Steps =>
      chosen.pattern === undefined ? maskTokens(chosen, saved as never) : maskPatterns(chosen, saved as never),
  ),
};
