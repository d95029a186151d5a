/** The types of `csv-validate`, each in the one written form that `csv-clean` makes. */
import { isDay, isTime } from './values.ts';

/** Below 0, 0 or above: less, equal or more. */
export interface Point {
  compare(other: Point): number;
}

export type ValueType = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'timestamp';

interface TypeRule {
  readonly expected: string;
  is(value: string): boolean;
  /** Compares bounds exactly; undefined: the type has none. */
  readonly point?: (value: string) => Point;
}

const timestamp = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

function isTimestamp(value: string): boolean {
  const [, day = '', time = ''] = timestamp.exec(value) ?? [];
  return isDay(day) && isTime(time.length === 5 ? `${time}:00` : time);
}

/** UTC where it has no zone. Down to the nanosecond. */
function moment(value: string): Point {
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(value) || isDay(value);
  const [fraction = ''] = /\.\d+/.exec(value) ?? [];
  const seconds = Date.parse(`${value.replace(' ', 'T').replace(fraction, '')}${zoned ? '' : 'Z'}`) / 1000;
  return nanoseconds(BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(1).padEnd(9, '0')));
}

export const valueTypes: Readonly<Record<ValueType, TypeRule>> = {
  text: { expected: 'text', is: () => true },
  integer: { expected: 'an integer', is: (value) => /^[+-]?\d+$/.test(value), point: decimalPoint },
  number: {
    expected: 'a number',
    is: (value) => /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(value),
    point: decimalPoint,
  },
  boolean: { expected: 'true or false', is: (value) => value === 'true' || value === 'false' },
  date: { expected: 'a day such as 2026-11-21', is: isDay, point: moment },
  timestamp: { expected: 'a time such as 2026-11-21T07:05:00Z', is: isTimestamp, point: moment },
};

interface Moment extends Point {
  readonly at: bigint;
}

function nanoseconds(at: bigint): Moment {
  return {
    at,
    compare(other) {
      const { at: then } = other as Moment;
      return at < then ? -1 : at > then ? 1 : 0;
    },
  };
}

interface Decimal extends Point {
  readonly sign: -1 | 0 | 1;
  /** Without leading and trailing zeros, as `0.DIGITS` times ten to the power of `exponent`. */
  readonly digits: string;
  readonly exponent: number;
}

/** However many digits it has. */
function decimalPoint(value: string): Decimal {
  const [, minus, whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(value) ?? [];
  const all = whole + fraction;
  const leading = all.length - all.replace(/^0+/, '').length;
  let end = all.length;
  while (end > leading && all.charCodeAt(end - 1) === 48) end--;
  const digits = all.slice(leading, end);
  const sign = digits === '' ? 0 : minus === '-' ? -1 : 1;
  const exponent = whole.length - leading + Number(power);
  return {
    sign,
    digits,
    exponent,
    compare(other) {
      const { sign: otherSign, digits: otherDigits, exponent: otherExponent } = other as Decimal;
      if (sign !== otherSign || sign === 0) return sign - otherSign;
      if (exponent !== otherExponent) return exponent < otherExponent ? -sign : sign;
      return digits === otherDigits ? 0 : digits < otherDigits ? -sign : sign;
    },
  };
}

/** YAML reads it as a number of 53 bits: longer ones must be quoted. */
function isExact(bound: number): boolean {
  return !Number.isInteger(bound) || Number.isSafeInteger(bound);
}

/** Whether values of the type can be compared with a bound. */
export function isPoint(type: ValueType, bound: string | number): boolean {
  if (valueTypes[type].point === undefined) return false;
  const numeric = type === 'integer' || type === 'number';
  if (numeric) return typeof bound === 'number' ? isExact(bound) : valueTypes.number.is(bound);
  return typeof bound === 'string' && (isDay(bound) || isTimestamp(bound));
}
