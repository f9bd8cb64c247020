/**
 * Types as written become logical types, with Flink's defaults and limits.
 *
 * Law: DECIMAL is (10, 0), TIMESTAMP has precision 6, TIME 0, CHAR and BINARY length 1, VARCHAR and VARBINARY without a
 * length are STRING and BYTES.
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { BasicType, DataType, IntervalQualifier, RowTypeField } from '../../sql/ast.ts'
import {
  array,
  BIGINT,
  BITMAP,
  BOOLEAN,
  BYTES,
  binary,
  char,
  DATE,
  DESCRIPTOR,
  DOUBLE,
  decimal,
  FLOAT,
  INT,
  type IntervalDayTimeType,
  type IntervalYearMonthType,
  type LogicalType,
  MAX_LENGTH,
  map,
  multiset,
  type RowField,
  row,
  SMALLINT,
  STRING,
  TINYINT,
  time,
  timestamp,
  timestampLtz,
  VARIANT,
  varbinary,
  varchar,
  withNullable,
} from '../../types/logical-type.ts'
import { typeElsewhere } from './foreign-names.ts'

export function bindType(node: DataType): LogicalType {
  return withNullable(bareType(node), node.nullable)
}

function bareType(node: DataType): LogicalType {
  switch (node.kind) {
    case 'basic-type':
      return basicType(node)
    case 'array-type':
      return array(bindType(node.element))
    case 'multiset-type':
      return multiset(bindType(node.element))
    case 'map-type':
      return map(bindType(node.key), bindType(node.value))
    case 'row-type':
      return row(bindFields(node.fields))
    case 'structured-type':
      return {
        kind: 'STRUCTURED',
        nullable: true,
        className: node.className.value,
        fields: bindFields(node.fields),
      }
    case 'interval-type':
      return intervalType(node.qualifier)
    case 'raw-type':
      return { kind: 'RAW', nullable: true, className: node.className.value }
    case 'named-type': {
      const name = node.name.parts.map((part) => part.name).join('.')
      return fail(
        'PLAN_TYPE',
        { problem: `there is no type '${name}'`, hint: typeElsewhere(name, didYouMean) },
        { span: node.span },
      )
    }
  }
}

function bindFields(fields: readonly RowTypeField[]): readonly RowField[] {
  const seen = new Set<string>()
  return fields.map((field) => {
    const name = field.name.name
    if (seen.has(name)) fail('PLAN_DUPLICATE_COLUMN', { column: name, where: 'the row type' }, { span: field.span })
    seen.add(name)
    const type = bindType(field.type)
    return field.comment === undefined ? { name, type } : { name, type, description: field.comment.value }
  })
}

function basicType(node: BasicType): LogicalType {
  switch (node.name) {
    case 'BOOLEAN':
      return BOOLEAN
    case 'TINYINT':
      return TINYINT
    case 'SMALLINT':
      return SMALLINT
    case 'INT':
      return INT
    case 'BIGINT':
      return BIGINT
    case 'FLOAT':
      return FLOAT
    case 'DOUBLE':
      return DOUBLE
    case 'DATE':
      return DATE
    case 'VARIANT':
      return VARIANT
    case 'BITMAP':
      return BITMAP
    case 'DESCRIPTOR':
      return DESCRIPTOR
    case 'STRING':
      return STRING
    case 'BYTES':
      return BYTES
    case 'DECIMAL': {
      // More digits than there are become as many as there are, as in Flink.
      const precision = Math.min(38, within(node, node.precision ?? 10, 1, Number.MAX_SAFE_INTEGER))
      const scale = node.scale ?? 0
      if (scale < 0 || scale > precision) {
        fail(
          'PLAN_TYPE',
          { problem: `DECIMAL(${precision}, ${scale}): the scale must be from 0 to the precision` },
          node,
        )
      }
      return decimal(precision, scale)
    }
    case 'CHAR':
      return char(within(node, node.precision ?? 1, 0, MAX_LENGTH))
    case 'BINARY':
      return binary(within(node, node.precision ?? 1, 0, MAX_LENGTH))
    case 'VARCHAR':
      return varchar(within(node, node.precision ?? MAX_LENGTH, 0, MAX_LENGTH))
    case 'VARBINARY':
      return varbinary(within(node, node.precision ?? MAX_LENGTH, 0, MAX_LENGTH))
    case 'TIME':
      return time(digits(node.precision ?? 0))
    case 'TIMESTAMP':
      return timestamp(digits(node.precision ?? 6))
    case 'TIMESTAMP_LTZ':
      return timestampLtz(digits(node.precision ?? 6))
    case 'ANY':
    case 'TIME_LTZ': {
      const name = node.name === 'ANY' ? 'ANY' : 'TIME WITH LOCAL TIME ZONE'
      return fail('PLAN_TYPE', { problem: `${name} is no type of a column` }, { span: node.span })
    }
  }
}

/** Fractional digits of a second: there are nine, more are nine too, as in Flink. */
function digits(precision: number): number {
  return Math.min(9, precision)
}

function within(node: BasicType, value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value
  const problem = `${node.name}(${value}): the ${node.name === 'DECIMAL' ? 'precision' : 'length'} must be from ${low} to ${node.name === 'DECIMAL' ? 38 : high}`
  return fail('PLAN_TYPE', { problem }, { span: node.span })
}

/** Interval types keep two digits of the leading field and milliseconds, as all intervals of Flink are computed. */
export function intervalType(qualifier: IntervalQualifier): IntervalDayTimeType | IntervalYearMonthType {
  switch (qualifier.unit) {
    case 'YEAR':
    case 'QUARTER':
    case 'MONTH':
      return { kind: 'INTERVAL_YEAR_MONTH', nullable: true, resolution: 'MONTH', precision: 2 }
    default:
      return {
        kind: 'INTERVAL_DAY_TIME',
        nullable: true,
        resolution: 'SECOND',
        dayPrecision: 2,
        fractionalPrecision: 3,
      }
  }
}
