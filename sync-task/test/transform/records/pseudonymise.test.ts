import { createHmac } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { parseTransform } from '../../../src/config/parse/parse-transform.ts';
import { pseudonymise } from '../../../src/transform/records/pseudonymise.ts';
import { chainOf } from '../../kit/chain-of.ts';
import { type RawOptions, type TransformCase, testTransform } from '../../kit/transform.ts';

const KEY = 'correct horse battery staple, 32+';
const OTHER = 'another key that is long enough, yes';
process.env['SYNC_TASK_PSEUDONYM_KEY'] = KEY;
process.env['OTHER_KEY'] = OTHER;
process.env['SHORT_KEY'] = 'hunter2';

const folder = mkdtempSync(join(tmpdir(), 'sync-task-key-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));
const keyFile = join(folder, 'key');
writeFileSync(keyFile, `${OTHER}\n`);
process.env['FROM_FILE_KEY_FILE'] = keyFile;

const hmac = (text: string, key = KEY) => createHmac('sha256', key).update(text).digest('hex');

const cases: readonly (readonly [title: string, options: RawOptions, rows: readonly TransformCase[]])[] = [
  [
    'values become pseudonyms, empty ones stay, other columns too',
    { column: ['mail', 'name'] },
    [
      {
        input: 'id,mail,name\n1,a@example.com,"Ann, née Bo"\n2,,Ann\n',
        output: `id,mail,name\n1,${hmac('a@example.com').slice(0, 32)},${hmac('Ann, née Bo').slice(0, 32)}\n2,,${hmac('Ann').slice(0, 32)}\n`,
      },
      { input: '', output: '' },
      { input: 'id,name\n', output: /no-column: no column is called "mail"/ },
    ],
  ],
  [
    'length, prefix, context and normalising',
    { column: 'a', length: '16', prefix: 'p-', context: 'crm', normalise: 'yes' },
    [{ input: 'a\n Ann@X \nann@x\n', output: `a\n${`p-${hmac('3:crm:ann@x').slice(0, 16)}\n`.repeat(2)}` }],
  ],
  [
    'the key of a variable',
    { column: 'a', length: '64', 'key-env': 'OTHER_KEY' },
    [{ input: 'a\nx\n', output: `a\n${hmac('x', OTHER)}\n` }],
  ],
  [
    'the key of a file',
    { column: 'a', length: '64', 'key-file': keyFile },
    [{ input: 'a\nx\n', output: `a\n${hmac('x', OTHER)}\n` }],
  ],
  [
    'the key of a file that a variable names',
    { column: 'a', length: '64', 'key-env': 'FROM_FILE_KEY' },
    [{ input: 'a\nx\n', output: `a\n${hmac('x', OTHER)}\n` }],
  ],
];
for (const [title, options, rows] of cases) test(title, testTransform, pseudonymise, options, rows);

const key = (text: string) => chainOf([parseTransform(text)]).key('f');

test('another key changes the fingerprint, another place of the same key does not', (t) => {
  t.not(key('pseudonymise:column=a'), key('pseudonymise:column=a,key-env=OTHER_KEY'));
  t.is(key('pseudonymise:column=a,key-env=OTHER_KEY'), key(`pseudonymise:column=a,key-file=${keyFile}`));
  t.not(key('pseudonymise:column=a'), key('pseudonymise:column=a,length=16'));
});

function testRefused(t: ExecutionContext, setting: string, message: RegExp): void {
  const error = t.throws(() => key(setting), { instanceOf: SyncError, message });
  t.is(error.kind, 'usage');
  t.notRegex(error.message, /hunter2/);
}

const refusals: readonly (readonly [setting: string, message: RegExp])[] = [
  ['pseudonymise', /column: give at least one/],
  ['pseudonymise:column=a,key-env=NO_SUCH_KEY', /no key: set NO_SUCH_KEY in the environment, or NO_SUCH_KEY_FILE/],
  ['pseudonymise:column=a,key-env=SHORT_KEY', /SHORT_KEY holds 7 bytes; a key needs 32/],
  [
    'pseudonymise:column=a,key-env=hunter2 is my key',
    /key-env: give the name of an environment variable, never the key/,
  ],
  ['pseudonymise:column=a,key-file=/no/such', /the key file \/no\/such cannot be read \(ENOENT\)/],
  ['pseudonymise:column=a,length=8', /length: give 16 to 64/],
];
for (const [setting, message] of refusals)
  test(`${setting.replace('hunter2', '…')} is refused`, testRefused, setting, message);
