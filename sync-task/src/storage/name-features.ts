import type { Feature } from './storage.ts';

/** What a server makes of names. Unicode forms are not tried out: a probe has a plain name. */
export function nameFeatures(caseSensitive: boolean | undefined): readonly Feature[] {
  return [
    {
      name: 'tells upper from lower case',
      offered: caseSensitive,
      cost: 'files whose names differ in case alone are one there: --gate name-collision=fail refuses such a run',
      matters: true,
    },
    {
      name: 'keeps Unicode forms',
      offered: undefined,
      cost: 'files whose names differ in the form of accents alone may be one there: --gate name-collision finds them',
    },
  ];
}
