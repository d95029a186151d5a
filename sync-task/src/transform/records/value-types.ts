/** The types that `csv-validate` knows, each in one written form: that of `csv-clean`. */
import { isDay, isTime } from './values.ts';

export type ValueType = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'timestamp';

interface TypeRule {
  readonly expected: string;
  is(value: string): boolean;
  /** What bounds are compared by; undefined: the type has none. */
  readonly point?: (value: string) => number;
}

const timestamp = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})?$/;

function isTimestamp(value: string): boolean {
  const [, day = '', time = ''] = timestamp.exec(value) ?? [];
  return isDay(day) && isTime(time.length === 5 ? `${time}:00` : time);
}

/** Without a zone it is UTC. */
function moment(value: string): number {
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(value) || isDay(value);
  return Date.parse(`${value.replace(' ', 'T')}${zoned ? '' : 'Z'}`);
}

export const valueTypes: Readonly<Record<ValueType, TypeRule>> = {
  text: { expected: 'text', is: () => true },
  integer: { expected: 'an integer', is: (value) => /^[+-]?\d+$/.test(value), point: Number },
  number: {
    expected: 'a number',
    is: (value) => /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(value),
    point: Number,
  },
  boolean: { expected: 'true or false', is: (value) => value === 'true' || value === 'false' },
  date: { expected: 'a day such as 2026-11-21', is: isDay, point: moment },
  timestamp: { expected: 'a time such as 2026-11-21T07:05:00Z', is: isTimestamp, point: moment },
};

/** Whether a bound can be compared with values of the type. */
export function isPoint(type: ValueType, bound: string | number): boolean {
  if (valueTypes[type].point === undefined) return false;
  const numeric = type === 'integer' || type === 'number';
  return numeric ? typeof bound === 'number' : typeof bound === 'string' && (isDay(bound) || isTimestamp(bound));
}
