/**
 * What the comparison operators share.
 *
 * Laws (Flink's)
 * - Numbers of different types are compared in their common type, exact numbers by their digits; times of different
 *   precision at the higher one; a text with a date, time or timestamp as such a one.
 * - `<`, `<=`, `>`, `>=` read a text as a number where the other side is one; `=` and its relatives refuse to.
 * - A text never equals a BOOLEAN or an interval. Rows are compared field by field, so that a NULL field makes `=` unknown.
 */
import type { ArgInfo, CallSite, CodeHelpers } from '../../../expr/function.ts'
import { custom, type Shape } from '../../../expr/signature.ts'
import { castIsVoid, leastRestrictive } from '../../../types/common-type.ts'
import { type Comparator, comparatorOf, compareBytes, type Equality, equalityOf } from '../../../types/compare.ts'
import { compareDecimals } from '../../../types/exact-arithmetic.ts'
import { decimalDigits, isBinary, isCharacter, isDatetime, isExactNumeric, isNumeric } from '../../../types/family.ts'
import { BOOLEAN, type LogicalType, withNullable, withoutAttribute } from '../../../types/logical-type.ts'
import type { Exact, Value } from '../../../types/value.ts'

type Pair = readonly [LogicalType, LogicalType]

/** The types to compare in, or undefined when the two do not compare. */
export function comparedTypes([left, right]: readonly ArgInfo[], ordered: boolean): Pair | undefined {
  const a = withoutAttribute(left.type)
  const b = withoutAttribute(right.type)
  if (a.kind === 'NULL') return [withNullable(b, true), b]
  if (b.kind === 'NULL') return [a, withNullable(a, true)]
  // A constant NULL is one whatever its type; beside a text only.
  if (isCharacter(a) !== isCharacter(b) && !isBinary(a) && !isBinary(b)) {
    if (right.literal?.value === null) return [a, withNullable(a, true)]
    if (left.literal?.value === null) return [withNullable(b, true), b]
  }
  const pair = mixedTypes(a, b, ordered)
  if (pair === undefined || (ordered && pair.some((type) => comparatorOf(type) === undefined))) return undefined
  return pair
}

function mixedTypes(a: LogicalType, b: LogicalType, ordered: boolean): Pair | undefined {
  // Different scales are compared digit by digit: a common type might have to give digits up.
  if (isExactNumeric(a) && isExactNumeric(b)) return [a, b]
  if (isCharacter(a) !== isCharacter(b)) {
    const pair = isCharacter(a) ? textWith(b, ordered) : textWith(a, ordered)
    return (
      pair &&
      (isCharacter(a) ? [keepNull(pair[0], a), keepNull(pair[1], b)] : [keepNull(pair[1], a), keepNull(pair[0], b)])
    )
  }
  if (a.kind === 'TIMESTAMP' && b.kind === 'TIMESTAMP_LTZ') return zoned(a, b)
  if (a.kind === 'TIMESTAMP_LTZ' && b.kind === 'TIMESTAMP') return zoned(a, b)
  const common = leastRestrictive([a, b])
  if (common === undefined) return undefined
  return [castIsVoid(a, common) ? a : keepNull(common, a), castIsVoid(b, common) ? b : keepNull(common, b)]
}

function zoned(a: LogicalType & { precision: number }, b: LogicalType & { precision: number }): Pair {
  const type: LogicalType = { kind: 'TIMESTAMP_LTZ', nullable: true, precision: Math.max(a.precision, b.precision) }
  return [keepNull(type, a), keepNull(type, b)]
}

/** Types of the text and of the other side. */
function textWith(other: LogicalType, ordered: boolean): Pair | undefined {
  const text: LogicalType = { kind: 'VARCHAR', nullable: true, length: 2147483647 }
  if (isDatetime(other)) return [other, other]
  if (isNumeric(other)) return ordered ? [other, other] : undefined
  if (other.kind === 'BOOLEAN') return ordered ? [BOOLEAN, BOOLEAN] : [text, other]
  if (other.kind === 'INTERVAL_DAY_TIME' || other.kind === 'INTERVAL_YEAR_MONTH')
    return ordered ? undefined : [text, other]
  return undefined
}

const keepNull = (type: LogicalType, from: LogicalType): LogicalType => withNullable(type, from.nullable)

/** `a op b` → BOOLEAN. */
export function comparisonShape(op: string, ordered: boolean): Shape {
  return custom([`${ordered ? 'COMPARABLE' : 'ANY'} ${op} ${ordered ? 'COMPARABLE' : 'ANY'}`], 2, 2, (args) => {
    const types = comparedTypes(args, ordered)
    return (
      types && {
        args: types,
        returns: withNullable(
          BOOLEAN,
          types.some((type) => mayBeUnknown(type)),
        ),
      }
    )
  })
}

/** Rows are compared field by field, so that a NULL field makes the answer unknown. */
const mayBeUnknown = (type: LogicalType): boolean =>
  type.nullable || (type.kind === 'ROW' && type.fields.some((field) => mayBeUnknown(field.type)))

/** SQL equality of two values that are not NULL: TRUE, FALSE or, of rows, unknown. */
export function sqlEqualityAt(site: CallSite): (a: Value, b: Value) => boolean | null {
  const [left, right] = site.args
  if (left.type.kind !== 'ROW' || right.type.kind !== 'ROW') return equalityAt(site)
  const other = right.type.fields
  const fields = left.type.fields.map((field, i) =>
    sqlEqualityAt({ ...site, args: [{ type: field.type }, { type: other[i].type }] }),
  )
  return (a, b) => {
    const x = a as readonly Value[]
    const y = b as readonly Value[]
    let equal: boolean | null = true
    for (let i = 0; i < fields.length; i++) {
      const same = x[i] === null || y[i] === null ? null : fields[i](x[i], y[i])
      if (same === false) return false
      if (same === null) equal = null
    }
    return equal
  }
}

/** A text against a BOOLEAN or an interval is never equal. */
const neverEqual = (a: LogicalType, b: LogicalType): boolean => isCharacter(a) !== isCharacter(b)

function scalesOf(a: LogicalType, b: LogicalType): readonly [number, number] | undefined {
  if (!isExactNumeric(a) || !isExactNumeric(b)) return undefined
  const scales = [decimalDigits(a).scale, decimalDigits(b).scale] as const
  return scales[0] === scales[1] ? undefined : scales
}

export function equalityAt({ args: [left, right] }: CallSite): Equality {
  const scales = scalesOf(left.type, right.type)
  if (scales !== undefined) return (a, b) => compareDecimals(a as Exact, scales[0], b as Exact, scales[1]) === 0
  return neverEqual(left.type, right.type) ? () => false : equalityOf(left.type)
}

export function comparatorAt({ args: [left, right] }: CallSite): Comparator {
  const scales = scalesOf(left.type, right.type)
  if (scales !== undefined) return (a, b) => compareDecimals(a as Exact, scales[0], b as Exact, scales[1])
  return comparatorOf(left.type) as Comparator
}

export type ComparisonOperator = '===' | '!==' | '<' | '<=' | '>' | '>='

/** Code of a comparison of two names that are not NULL. Numbers compare natively, a bigint with a number too. */
export function comparisonCode(
  op: ComparisonOperator,
  [a, b]: readonly string[],
  site: CallSite,
  helpers: CodeHelpers,
): string | undefined {
  const [left, right] = site.args.map((arg) => arg.type)
  if (neverEqual(left, right)) return op === '===' ? 'false' : op === '!==' ? 'true' : undefined
  if (scalesOf(left, right) !== undefined) {
    const compare = helpers.use(comparatorAt(site), 'compareDecimals')
    return `${compare}(${a}, ${b}) ${op} 0`
  }
  if (isBinary(left)) return `${helpers.use(compareBytes, 'compareBytes')}(${a}, ${b}) ${op} 0`
  if (comparatorOf(left) === undefined) return undefined
  return `${a} ${op} ${b}`
}

/** Equality of possibly NULL values, two NULLs being equal: IS NOT DISTINCT FROM. */
export function notDistinctAt(site: CallSite): (a: Value, b: Value) => boolean {
  const equal = equalityAt(site)
  return (a, b) => (a === null || b === null ? a === b : equal(a, b))
}
