/** docs/reference/exit-codes.md, from what the program ends with. */
import { type ErrorKind, exitCodeOf, SyncError } from '../../base/errors.ts';
import { exitCodeHelp } from '../exit-codes.ts';

/** In the words of the result's `errors[].kind`. */
const kinds: Readonly<Record<ErrorKind, string>> = {
  usage: 'the command line or the configuration is wrong',
  permanent: 'a retry changes nothing',
  transient: 'a retry may help',
  permission: 'a login, a host key or a right is missing',
  refused: 'a rule of yours does not allow this file, or this run, as it is',
  changed: 'the source file is not what the plan saw; the next run takes it',
  stopped: 'you stopped the command (130 after SIGINT)',
};

export function exitCodesPage(): string {
  const codeOf = (kind: string) => exitCodeOf(new SyncError('', { kind: kind as ErrorKind, reason: '' }));
  return `${[
    '# Exit codes',
    '',
    'Written by `npm run docs:options`. The numbers from 64 to 77 are those of `sysexits.h`.',
    '',
    '| code | means | next |',
    '| --- | --- | --- |',
    ...exitCodeHelp.map(({ code, meaning, next }) => `| ${code} | ${meaning} | ${next} |`),
    '',
    'If files failed for several reasons, the code is 75 when a retry may help one of them, else 77 when one lacks a permission, else 65.',
    'The result names the files and the reasons.',
    '',
    '## Kinds of errors',
    '',
    'Every error in the [result](../result.schema.json) has a `kind`, and a `reason` that stays the same between versions. An error that ends the command decides its code:',
    '',
    '| kind | code | means |',
    '| --- | --- | --- |',
    ...Object.entries(kinds).map(([kind, meaning]) => `| \`${kind}\` | ${codeOf(kind)} | ${meaning} |`),
  ].join('\n')}\n`;
}
