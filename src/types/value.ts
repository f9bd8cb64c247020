/**
 * Scalar values inside the engine.
 *
 * | SQL type                           | JavaScript value                                                             |
 * |------------------------------------|------------------------------------------------------------------------------|
 * | BOOLEAN                            | boolean (0/1 in a column)                                                    |
 * | TINYINT SMALLINT INT               | number, an int32                                                             |
 * | DATE                               | number: days since 1970-01-01                                                |
 * | TIME(p)                            | number: milliseconds of the day                                              |
 * | INTERVAL YEAR TO MONTH             | number: months                                                               |
 * | FLOAT DOUBLE                       | number (FLOAT rounded with Math.fround)                                      |
 * | BIGINT                             | Exact                                                                        |
 * | DECIMAL(p, s)                      | Exact: the unscaled value, 12.50 as DECIMAL(8, 2) is 1250                    |
 * | INTERVAL DAY TO SECOND             | Exact: milliseconds                                                          |
 * | TIMESTAMP(p) TIMESTAMP_LTZ(p)      | Exact since the epoch, in ms (p ≤ 3), µs (p ≤ 6) or ns (p ≤ 9), floored      |
 * | CHAR VARCHAR                       | string                                                                       |
 * | BINARY VARBINARY BITMAP            | Uint8Array (BITMAP: serialised)                                              |
 * | ARRAY                              | readonly array of values                                                     |
 * | MAP MULTISET                       | MapValue: entries in insertion order (MULTISET: element → INT count)         |
 * | ROW STRUCTURED                     | readonly array of field values                                               |
 * | VARIANT RAW                        | any JSON-like value                                                          |
 *
 * SQL NULL is `null`. Law: **Exact is canonical** — a `number` while it is a safe integer (|x| ≤ 2^53 − 1, never −0),
 * a `bigint` exactly when it is not; so `===` is equality, and a value hashes the same wherever it came from.
 * A timestamp in one unit per precision keeps time attributes (p = 3) and TIMESTAMP(6) until the year 2255 plain numbers.
 */
import type { LogicalType } from './logical-type.ts'

export type Exact = number | bigint

export type Value = null | boolean | number | bigint | string | Uint8Array | readonly Value[] | MapValue | VariantValue

/** MAP and MULTISET: parallel lists, keys distinct by value. */
export interface MapValue {
  readonly keys: readonly Value[]
  readonly values: readonly Value[]
}

/** VARIANT and RAW carry what they carry. */
export interface VariantValue {
  readonly variant: unknown
}

/** The canonical form of an integer that may have left the safe range. */
export function exact(value: bigint): Exact {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

/** Units of a TIMESTAMP(p) value in one millisecond: 1, 1 000 or 1 000 000. */
export function unitsPerMilli(precision: number): number {
  return precision <= 3 ? 1 : precision <= 6 ? 1_000 : 1_000_000
}

/** Epoch milliseconds (floored) of a TIMESTAMP(p) or TIMESTAMP_LTZ(p) value. */
export function toMillis(value: Exact, precision: number): number {
  const units = unitsPerMilli(precision)
  if (units === 1) return Number(value)
  if (typeof value === 'number') return Math.floor(value / units)
  const big = BigInt(units)
  const quotient = value / big
  return Number(value % big < 0n ? quotient - 1n : quotient)
}

/** The TIMESTAMP(p) value of epoch milliseconds. */
export function fromMillis(millis: number, precision: number): Exact {
  const units = unitsPerMilli(precision)
  const product = millis * units
  return Number.isSafeInteger(product) ? product : exact(BigInt(millis) * BigInt(units))
}

/** How a type is laid out in a column. */
export type Physical = 'int32' | 'float64' | 'exact' | 'object'

export function physicalOf(type: LogicalType): Physical {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      return 'int32'
    case 'FLOAT':
    case 'DOUBLE':
      return 'float64'
    case 'BIGINT':
    case 'DECIMAL':
    case 'INTERVAL_DAY_TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return 'exact'
    default:
      return 'object'
  }
}
