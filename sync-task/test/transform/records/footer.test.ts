import test from 'ava';
import { csvClean } from '../../../src/transform/records/csv-clean.ts';
import { applied, testTransform } from '../../kit/transform.ts';

test(
  'rows at the end are left out, and proved',
  testTransform,
  csvClean,
  { 'skip-footer': '1', footer: 'TRL', 'footer-count': '2' },
  [
    { input: 'a,b\n1,2\n3,4\nTRL,2\n', output: 'a,b\n1,2\n3,4\n' },
    { input: 'a,b\n1,2\n\n3,4\n\nTRL,0002,x,y\n\n\n', output: 'a,b\n1,2\n3,4\n' },
    { input: 'a,b\nTRL,0\n', output: 'a,b\n' },
    { input: 'a,b\n1,2\nTRL,2\n', output: /control-total: row 3: the footer says 2 rows, and there are 1/ },
    { input: 'a,b\n1,2\n3,4\n', output: /row 3: the footer does not begin with "TRL"; is the file cut off/ },
    { input: 'a,b\n1,2\nTRL,many\n', output: /field 2 of the footer is no number of rows/ },
    { input: 'a,b\n1,2\nTRL\n', output: /field 2 of the footer is no number of rows/ },
    { input: 'TRL,0\n', output: /has no rows beside the 1 of its footer/ },
    { input: '', output: /has no rows beside the 1 of its footer/ },
  ],
);

test('several rows, and no header', testTransform, csvClean, { 'skip-footer': '2', header: 'none' }, [
  { input: '1,2\n3,4\n5,6\n', output: '1,2\n' },
  { input: '1,2\n3,4\n', output: '' },
  { input: '1,2\n', output: /has no rows beside the 2/ },
]);

test('what waits is bounded', async (t) => {
  const input = `a,b\n1,2\nx\n${'\n'.repeat(10_001)}`;
  await t.throwsAsync(applied(csvClean, { 'skip-footer': '1' }, [Buffer.from(input)]), {
    message: /row 3: the footer has more than 10000 lines/,
  });
});

test('options that need another one are refused', (t) => {
  t.regex(csvClean.options.safeParse({ footer: 'TRL' }).error?.message ?? '', /say skip-footer=1 with it/);
  t.regex(
    csvClean.options.safeParse({ escape: 'backslash', delimiter: '\\' }).error?.message ?? '',
    /the backslash is/,
  );
});
