import { execFileSync } from 'node:child_process';
import test from 'ava';
import { canonicalName, charset } from '../../../../src/transform/text/charset/named.ts';
import { compared, namesWithoutReference, references } from '../../../kit/charset-references.ts';
import { needs } from '../../../kit/needs.ts';

for (const reference of references) {
  const { name, tool, label, exceptions } = reference;
  (tool === 'ICU' ? test : needs(tool))(`${name} is ${tool}'s ${label}, code by code`, (t) => {
    const result = compared(reference);
    const known = (difference: string) => exceptions.some(({ pattern }) => pattern.test(difference));
    t.deepEqual(
      result.differences.filter((difference) => !known(difference)),
      [],
    );
    for (const { pattern, reason } of exceptions)
      t.true(
        result.differences.some((difference) => pattern.test(difference)),
        `not needed any more: ${reason}`,
      );
  });
}

/** Apple's tables and Microsoft's, which neither tool has; Python knows them by these names. */
const pythonNames: Readonly<Record<string, string>> = {
  macgreek: 'mac_greek',
  maciceland: 'mac_iceland',
  macturkish: 'mac_turkish',
  maccroatian: 'mac_croatian',
  macromania: 'mac_romanian',
  cp720: 'cp720',
};

needs('python3')("tables of Apple, and cp720, are Python's", (t) => {
  const program =
    'import json,sys\nprint(json.dumps({k:[bytes([i]).decode(v,"ignore") for i in range(256)] for k,v in json.load(sys.stdin).items()}))';
  const stdout = execFileSync('python3', ['-c', program], { input: JSON.stringify(pythonNames) });
  for (const [name, table] of Object.entries(JSON.parse(stdout.toString()) as Record<string, string[]>)) {
    for (const [byte, text] of table.entries())
      t.is(charset(canonicalName(name))?.read(Buffer.of(byte)) ?? '', text, `${name} ${byte.toString(16)}`);
  }
});

test('every table is compared with another, but for those listed', (t) => {
  const left = namesWithoutReference().filter((name) => !(name in pythonNames));
  // cp866 with a euro sign, and Thai of the Macintosh: no tool here has them.
  t.deepEqual(left, ['cp808', 'macthai']);
});

test('names that the encoding standard gives to something larger mean what they say', (t) => {
  const rows = [
    ['iso-8859-1', '80', '\x80'],
    ['us-ascii', '80', undefined],
    ['iso-8859-9', '80', '\x80'],
    ['gb2312', 'a140', undefined],
  ] as const;
  for (const [name, hex, text] of rows) t.is(charset(canonicalName(name))?.read(Buffer.from(hex, 'hex')), text, name);
});
