/** Flink's order of values, as comparisons that generated code calls; numbers compare with plain operators. */
import type { LogicalType } from '../../types/logical-type.ts'
import { physicalOf } from '../../types/value.ts'

/** Strings by their UTF-8 bytes, which is by code point: UTF-16 units differ from it for surrogates alone. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    return x >= 0xd800 && y >= 0xd800 ? rank(x) - rank(y) : x - y
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all units. */
function rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000
}

/** A comparison for strings, or undefined where `<` and `>` are right. */
export function comparisonOf(type: LogicalType): ((a: string, b: string) => number) | undefined {
  return type.kind === 'CHAR' || type.kind === 'VARCHAR' ? compareText : undefined
}

/** MIN and MAX take numbers, strings, booleans, dates and times; neither bytes nor intervals nor nested values. */
export function isComparable(type: LogicalType): boolean {
  if (type.kind === 'INTERVAL_DAY_TIME' || type.kind === 'INTERVAL_YEAR_MONTH') return false
  return physicalOf(type) !== 'object' || type.kind === 'CHAR' || type.kind === 'VARCHAR'
}
