import test from 'ava';
import { dedup } from '../../../src/transform/records/dedup.ts';
import { type RawOptions, type TransformCase, testTransform } from '../../kit/transform.ts';

const cases: readonly (readonly [title: string, options: RawOptions, rows: readonly TransformCase[]])[] = [
  [
    'whole rows, the first one stays',
    {},
    [
      { input: 'a,b\n1,2\n12,\n1,2\n,12\n1,"2"\n', output: 'a,b\n1,2\n12,\n,12\n' },
      { input: 'a\nx\nX\nx \n', output: 'a\nx\nX\nx \n' },
      { input: '', output: '' },
    ],
  ],
  [
    'by key columns, in their order',
    { key: ['b', 'a'] },
    [{ input: 'a,b,c\n1,2,x\n2,1,y\n1,2,z\n1,,a\n1,,b\n', output: 'a,b,c\n1,2,x\n2,1,y\n1,,a\n' }],
  ],
  ['without a header by the place', { key: '2', header: 'none' }, [{ input: 'a;1\nb;1\nb;2', output: 'a;1\nb;2\n' }]],
  [
    'a key that is no column refuses the file',
    { key: 'ib' },
    [{ input: 'id\n1\n', output: /no-column: .*"ib"; did you mean "id"\?/ }],
  ],
];
for (const [title, options, rows] of cases) test(title, testTransform, dedup, options, rows);
