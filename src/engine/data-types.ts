/**
 * `DataTypes.INT()`, as PyFlink and Flink's Table API write types; each carries the TypeScript type of its values.
 *
 * | SQL type                    | TypeScript value                                                        |
 * |-----------------------------|-------------------------------------------------------------------------|
 * | BOOLEAN                     | `boolean`                                                               |
 * | TINYINT SMALLINT INT        | `number`                                                                |
 * | BIGINT                      | `bigint`; with `DataTypes.BIGINT({ as: 'number' })` a `number`          |
 * | FLOAT DOUBLE                | `number`                                                                |
 * | DECIMAL                     | `string`, plain digits (`'12.50'`)                                      |
 * | CHAR VARCHAR STRING         | `string`                                                                |
 * | BINARY VARBINARY BYTES      | `Uint8Array`                                                            |
 * | DATE                        | `LocalDate`                                                             |
 * | TIME                        | `LocalTime`                                                             |
 * | TIMESTAMP                   | `LocalDateTime`, nanoseconds kept                                       |
 * | TIMESTAMP_LTZ               | `Instant`, nanoseconds kept                                             |
 * | INTERVAL YEAR TO MONTH      | `number`, months                                                        |
 * | INTERVAL DAY TO SECOND      | `number`, milliseconds                                                  |
 * | ARRAY                       | array                                                                   |
 * | MAP, MULTISET               | `Map` (MULTISET: element → count)                                       |
 * | ROW                         | object by field name                                                    |
 *
 * SQL NULL is `null`; a nullable type's TypeScript type includes it, `.notNull()` takes it away.
 */
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  binary,
  char,
  DATE,
  DOUBLE,
  decimal,
  FLOAT,
  INT,
  INTERVAL_DAY_TO_SECOND,
  INTERVAL_YEAR_TO_MONTH,
  type LogicalType,
  map,
  multiset,
  notNull,
  row,
  SMALLINT,
  STRING,
  TINYINT,
  time,
  timestamp,
  timestampLtz,
  varbinary,
  varchar,
} from '../types/logical-type.ts'
import type { Instant, LocalDate, LocalDateTime, LocalTime } from './temporal.ts'

/** A logical type with the TypeScript type `T` of its values. */
export interface DataType<T = unknown> {
  readonly logicalType: LogicalType
  /** BIGINT as `number` rather than `bigint`; values beyond 2^53 − 1 are an error then. */
  readonly asNumber?: boolean
  readonly element?: DataType
  readonly key?: DataType
  readonly value?: DataType
  readonly fields?: Readonly<Record<string, DataType>>
  notNull(): DataType<NonNullable<T>>
  /** Only for inference. */
  readonly _value?: T
}

export type ValueOf<D> = D extends DataType<infer T> ? T : never

type Parts = Pick<DataType, 'asNumber' | 'element' | 'key' | 'value' | 'fields'>

function dataType<T>(logicalType: LogicalType, parts: Parts = {}): DataType<T> {
  return { logicalType, ...parts, notNull: () => dataType(notNull(logicalType), parts) }
}

type FieldsOf<F extends Readonly<Record<string, DataType>>> = { readonly [K in keyof F]: ValueOf<F[K]> }

function bigint(options: { as: 'number' }): DataType<number | null>
function bigint(options?: { as: 'bigint' }): DataType<bigint | null>
function bigint(options?: { as: 'bigint' | 'number' }): DataType<bigint | null> | DataType<number | null> {
  return options?.as === 'number'
    ? dataType<number | null>(BIGINT, { asNumber: true })
    : dataType<bigint | null>(BIGINT)
}

/** The types of Flink, as values. */
export const DataTypes = {
  BOOLEAN: () => dataType<boolean | null>(BOOLEAN),
  TINYINT: () => dataType<number | null>(TINYINT),
  SMALLINT: () => dataType<number | null>(SMALLINT),
  INT: () => dataType<number | null>(INT),
  BIGINT: bigint,
  FLOAT: () => dataType<number | null>(FLOAT),
  DOUBLE: () => dataType<number | null>(DOUBLE),
  /** @param precision 1…38 digits @param scale digits behind the point */
  DECIMAL: (precision: number, scale: number) => dataType<string | null>(decimal(precision, scale)),
  CHAR: (length: number) => dataType<string | null>(char(length)),
  VARCHAR: (length: number) => dataType<string | null>(varchar(length)),
  STRING: () => dataType<string | null>(STRING),
  BINARY: (length: number) => dataType<Uint8Array | null>(binary(length)),
  VARBINARY: (length: number) => dataType<Uint8Array | null>(varbinary(length)),
  BYTES: () => dataType<Uint8Array | null>(BYTES),
  DATE: () => dataType<LocalDate | null>(DATE),
  TIME: (precision = 0) => dataType<LocalTime | null>(time(precision)),
  /** @param precision fractional digits of a second, 0…9 */
  TIMESTAMP: (precision = 6) => dataType<LocalDateTime | null>(timestamp(precision)),
  TIMESTAMP_LTZ: (precision = 6) => dataType<Instant | null>(timestampLtz(precision)),
  INTERVAL_YEAR_TO_MONTH: () => dataType<number | null>(INTERVAL_YEAR_TO_MONTH),
  INTERVAL_DAY_TO_SECOND: () => dataType<number | null>(INTERVAL_DAY_TO_SECOND),
  ARRAY: <T>(element: DataType<T>) => dataType<readonly T[] | null>(array(element.logicalType), { element }),
  MULTISET: <T>(element: DataType<T>) =>
    dataType<ReadonlyMap<T, number> | null>(multiset(element.logicalType), { element }),
  MAP: <K, V>(key: DataType<K>, value: DataType<V>) =>
    dataType<ReadonlyMap<K, V> | null>(map(key.logicalType, value.logicalType), { key, value }),
  ROW: <F extends Readonly<Record<string, DataType>>>(fields: F) =>
    dataType<FieldsOf<F> | null>(
      row(Object.entries(fields).map(([name, type]) => ({ name, type: type.logicalType }))),
      { fields },
    ),
} as const
