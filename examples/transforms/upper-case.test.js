/** In a project of your own, import from 'sync-task/testing'; run with `node --test`. Any `t` with `deepEqual` will do. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { testTransform } from '../../sync-task/src/testing/testing.ts';
import upperCase from './upper-case.js';

test('letters become upper case', () =>
  testTransform(assert, upperCase, [
    { input: 'ein Wört', output: 'EIN WöRT' },
    { options: { letters: 'xyz' }, input: 'a.xyz', output: 'a.XYZ' },
    { input: 'a\0b', output: /a text has no NUL/ },
  ]));
