/**
 * Flink's logical types as plain data.
 *
 * Law: a type is a JSON value (it is part of the compiled plan), carries its nullability, and prints exactly as Flink's
 * summary string (`typeText`): `DECIMAL(8, 5) NOT NULL`, ``ROW<`a` INT>``, `STRING` for VARCHAR(2147483647).
 */
export type LogicalType =
  | Simple<'BOOLEAN'>
  | Simple<'TINYINT'>
  | Simple<'SMALLINT'>
  | Simple<'INTEGER'>
  | Simple<'BIGINT'>
  | Simple<'FLOAT'>
  | Simple<'DOUBLE'>
  | Simple<'DATE'>
  | Simple<'NULL'>
  | Simple<'VARIANT'>
  | Simple<'BITMAP'>
  | Simple<'DESCRIPTOR'>
  | DecimalType
  | LengthType
  | TimeType
  | TimestampType
  | IntervalYearMonthType
  | IntervalDayTimeType
  | ArrayType
  | MultisetType
  | MapType
  | RowType
  | StructuredType
  | RawType
  | SymbolType

export type TypeKind = LogicalType['kind']

interface Simple<K extends string> {
  readonly kind: K
  readonly nullable: boolean
}
export interface DecimalType extends Simple<'DECIMAL'> {
  /** 1…38 digits in all. */
  readonly precision: number
  /** Digits behind the point, 0…precision. */
  readonly scale: number
}
export interface LengthType extends Simple<'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY'> {
  /** In code points (CHAR, VARCHAR) or bytes; `MAX_LENGTH` is what STRING and BYTES have. */
  readonly length: number
}
export interface TimeType extends Simple<'TIME'> {
  readonly precision: number
}
export interface TimestampType extends Simple<'TIMESTAMP' | 'TIMESTAMP_LTZ'> {
  /** Fractional digits of a second, 0…9. */
  readonly precision: number
  /** A time attribute of a streaming table; lost by any computation on it. */
  readonly attribute?: 'rowtime' | 'proctime'
}
export interface IntervalYearMonthType extends Simple<'INTERVAL_YEAR_MONTH'> {
  readonly resolution: 'YEAR' | 'YEAR_TO_MONTH' | 'MONTH'
  readonly precision: number
}
export interface IntervalDayTimeType extends Simple<'INTERVAL_DAY_TIME'> {
  readonly resolution:
    | 'DAY'
    | 'DAY_TO_HOUR'
    | 'DAY_TO_MINUTE'
    | 'DAY_TO_SECOND'
    | 'HOUR'
    | 'HOUR_TO_MINUTE'
    | 'HOUR_TO_SECOND'
    | 'MINUTE'
    | 'MINUTE_TO_SECOND'
    | 'SECOND'
  readonly dayPrecision: number
  readonly fractionalPrecision: number
}
export interface ArrayType extends Simple<'ARRAY'> {
  readonly element: LogicalType
}
export interface MultisetType extends Simple<'MULTISET'> {
  readonly element: LogicalType
}
export interface MapType extends Simple<'MAP'> {
  readonly key: LogicalType
  readonly value: LogicalType
}
export interface RowField {
  readonly name: string
  readonly type: LogicalType
  readonly description?: string
}
export interface RowType extends Simple<'ROW'> {
  readonly fields: readonly RowField[]
}
export interface StructuredType extends Simple<'STRUCTURED'> {
  readonly className: string
  readonly fields: readonly RowField[]
}
export interface RawType extends Simple<'RAW'> {
  readonly className: string
}
/** A keyword argument such as DAY in `FLOOR(t TO DAY)`; never the type of a column. */
export interface SymbolType extends Simple<'SYMBOL'> {}

export const MAX_LENGTH = 2147483647

const simple = <K extends string>(kind: K) => ({ kind, nullable: true }) as const
export const BOOLEAN = simple('BOOLEAN')
export const TINYINT = simple('TINYINT')
export const SMALLINT = simple('SMALLINT')
export const INT = simple('INTEGER')
export const BIGINT = simple('BIGINT')
export const FLOAT = simple('FLOAT')
export const DOUBLE = simple('DOUBLE')
export const DATE = simple('DATE')
export const NULL_TYPE = simple('NULL')
export const VARIANT = simple('VARIANT')
export const BITMAP = simple('BITMAP')
export const SYMBOL = simple('SYMBOL')
export const DESCRIPTOR = simple('DESCRIPTOR')
export const STRING: LogicalType = { kind: 'VARCHAR', nullable: true, length: MAX_LENGTH }
export const BYTES: LogicalType = { kind: 'VARBINARY', nullable: true, length: MAX_LENGTH }
export const char = (length: number): LogicalType => ({ kind: 'CHAR', nullable: true, length })
export const varchar = (length: number): LogicalType => ({ kind: 'VARCHAR', nullable: true, length })
export const binary = (length: number): LogicalType => ({ kind: 'BINARY', nullable: true, length })
export const varbinary = (length: number): LogicalType => ({ kind: 'VARBINARY', nullable: true, length })
export const decimal = (precision: number, scale: number): DecimalType => ({
  kind: 'DECIMAL',
  nullable: true,
  precision,
  scale,
})
export const time = (precision: number): TimeType => ({ kind: 'TIME', nullable: true, precision })
export const timestamp = (precision: number): TimestampType => ({ kind: 'TIMESTAMP', nullable: true, precision })
export const timestampLtz = (precision: number): TimestampType => ({
  kind: 'TIMESTAMP_LTZ',
  nullable: true,
  precision,
})
export const array = (element: LogicalType): ArrayType => ({ kind: 'ARRAY', nullable: true, element })
export const multiset = (element: LogicalType): MultisetType => ({ kind: 'MULTISET', nullable: true, element })
export const map = (key: LogicalType, value: LogicalType): MapType => ({ kind: 'MAP', nullable: true, key, value })
export const row = (fields: readonly RowField[]): RowType => ({ kind: 'ROW', nullable: true, fields })
export const INTERVAL_DAY_TO_SECOND: IntervalDayTimeType = {
  kind: 'INTERVAL_DAY_TIME',
  nullable: true,
  resolution: 'DAY_TO_SECOND',
  dayPrecision: 2,
  fractionalPrecision: 3,
}
export const INTERVAL_YEAR_TO_MONTH: IntervalYearMonthType = {
  kind: 'INTERVAL_YEAR_MONTH',
  nullable: true,
  resolution: 'YEAR_TO_MONTH',
  precision: 2,
}

export function withNullable<T extends LogicalType>(type: T, nullable: boolean): T {
  return type.nullable === nullable ? type : { ...type, nullable }
}
export const notNull = <T extends LogicalType>(type: T): T => withNullable(type, false)

/** The type without its time attribute, as after any computation. */
export function withoutAttribute(type: LogicalType): LogicalType {
  if ((type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') || type.attribute === undefined) return type
  const { attribute: _, ...plain } = type
  return plain
}

export function isTimeAttribute(type: LogicalType): type is TimestampType {
  return (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.attribute !== undefined
}

/** Flink's summary string. */
export function typeText(type: LogicalType): string {
  return type.nullable ? bareText(type) : `${bareText(type)} NOT NULL`
}

/** Flink's summary string with the marks `*ROWTIME*` and `*PROCTIME*` of time attributes, as `DESCRIBE` and plans show. */
export function typeTextWithAttribute(type: LogicalType): string {
  return isTimeAttribute(type) ? `${typeText(type)} *${type.attribute?.toUpperCase()}*` : typeText(type)
}

function bareText(type: LogicalType): string {
  switch (type.kind) {
    case 'INTEGER':
      return 'INT'
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'VARCHAR':
      return type.length === MAX_LENGTH ? 'STRING' : `VARCHAR(${type.length})`
    case 'VARBINARY':
      return type.length === MAX_LENGTH ? 'BYTES' : `VARBINARY(${type.length})`
    case 'CHAR':
    case 'BINARY':
      return `${type.kind}(${type.length})`
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `${type.kind}(${type.precision})`
    case 'INTERVAL_YEAR_MONTH':
      return yearMonthText(type)
    case 'INTERVAL_DAY_TIME':
      return dayTimeText(type)
    case 'ARRAY':
    case 'MULTISET':
      return `${type.kind}<${typeText(type.element)}>`
    case 'MAP':
      return `MAP<${typeText(type.key)}, ${typeText(type.value)}>`
    case 'ROW':
      return `ROW<${type.fields.map((f) => `${quoteName(f.name)} ${typeText(f.type)}`).join(', ')}>`
    case 'STRUCTURED':
      return type.className
    case 'RAW':
      return `RAW('${type.className}', ?)`
    default:
      return type.kind
  }
}

function yearMonthText(type: IntervalYearMonthType): string {
  switch (type.resolution) {
    case 'YEAR':
      return `INTERVAL YEAR(${type.precision})`
    case 'YEAR_TO_MONTH':
      return `INTERVAL YEAR(${type.precision}) TO MONTH`
    case 'MONTH':
      return 'INTERVAL MONTH'
  }
}

function dayTimeText(type: IntervalDayTimeType): string {
  const [from, to] = type.resolution.split('_TO_')
  const start = from === 'DAY' ? `DAY(${type.dayPrecision})` : from
  const second = `SECOND(${type.fractionalPrecision})`
  if (to === undefined) return `INTERVAL ${from === 'SECOND' ? second : start}`
  return `INTERVAL ${start} TO ${to === 'SECOND' ? second : to}`
}

export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** Equal as types; `ignoreNullability` at the top level only. Time attributes do not count. */
export function sameType(a: LogicalType, b: LogicalType, ignoreNullability = false): boolean {
  const strip = (t: LogicalType) => typeText(ignoreNullability ? withNullable(t, true) : t)
  return a === b || strip(a) === strip(b)
}
