import type { CallSite } from '../../../expr/function.ts'
import { decimalToDouble, saturateLong } from '../../../types/cast-number.ts'
import { decimalProduct, multiplyLong } from '../../../types/exact-arithmetic.ts'
import { isApproximate } from '../../../types/family.ts'
import type { LogicalType } from '../../../types/logical-type.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { arithmeticShape, decimalOperation, isInterval, narrowing, scaleOf, wrapped } from './operator.ts'

export const times = scalar({
  name: '*',
  theme: 'arithmetic',
  doc: 'Product of two numbers, or of an interval and a number. Integers wrap around when they overflow; a DECIMAL that does not fit is NULL.',
  signature: arithmeticShape('*'),
  nulls: 'propagate',
  prepare: ({ args: [left, right], returns }) => {
    if (isInterval(returns)) {
      return isInterval(left.type) ? scaled(right.type, false, returns) : scaled(left.type, true, returns)
    }
    if (returns.kind === 'BIGINT') return multiplyLong
    if (returns.kind === 'DECIMAL') {
      return decimalOperation(decimalProduct(scaleOf(left.type), scaleOf(right.type), returns), returns)
    }
    if (returns.kind === 'INTEGER') return Math.imul
    const narrow = narrowing(returns.kind)
    return (a: number, b: number) => narrow(a * b)
  },
  code: ([a, b], { args: [left, right], returns }: CallSite, helpers) => {
    if (returns.kind === 'INTEGER') return `Math.imul(${a}, ${b})`
    const plain = wrapped(returns.kind, `${a} * ${b}`)
    if (plain !== undefined) return plain
    if (returns.kind === 'BIGINT') return productCode(a, b, helpers.use(multiplyLong, 'multiplyLong'))
    if (returns.kind !== 'DECIMAL' || returns.scale !== scaleOf(left.type) + scaleOf(right.type)) return undefined
    return productCode(
      a,
      b,
      helpers.use(
        decimalOperation(decimalProduct(scaleOf(left.type), scaleOf(right.type), returns), returns),
        'product',
      ),
    )
  },
  examples: [
    ['6 * 7', '42'],
    ['2147483647 * 2', '-2'],
    ['CAST(9223372036854775807 AS BIGINT) * 2', '-2'],
    ['2.50 * 2.50', '6.2500'],
    ["2 * INTERVAL '1' MONTH", '+0-02'],
  ],
})

/** `+ 0` because 0 × −1 is −0, which no exact number may be. */
function productCode(a: string, b: string, slow: string): string {
  return `(typeof ${a} === 'number' && typeof ${b} === 'number' && ${a} * ${b} <= 9007199254740991 && ${a} * ${b} >= -9007199254740991 ? ${a} * ${b} + 0 : ${slow}(${a}, ${b}))`
}

/** Interval times number, cut off to whole milliseconds or months. */
function scaled(factor: LogicalType, first: boolean, returns: LogicalType): (a: Exact, b: Exact) => Exact {
  const product = (interval: Exact, by: Exact): Exact => {
    if (isApproximate(factor)) return saturateLong(Number(interval) * Number(by))
    if (factor.kind === 'DECIMAL') return saturateLong(Number(interval) * decimalToDouble(by, factor.scale))
    return multiplyLong(interval, by)
  }
  const fit = (value: Exact): Exact => (returns.kind === 'INTERVAL_YEAR_MONTH' ? Number(value) | 0 : value)
  return first ? (a, b) => fit(product(b, a)) : (a, b) => fit(product(a, b))
}
