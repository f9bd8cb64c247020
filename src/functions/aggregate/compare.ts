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

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i]
  return a.length - b.length
}

/** A comparison for object columns, or undefined where `<` and `>` are right. */
export function comparisonOf(type: LogicalType): ((a: never, b: never) => number) | undefined {
  if (physicalOf(type) !== 'object') return undefined
  return type.kind === 'BINARY' || type.kind === 'VARBINARY' ? compareBytes : compareText
}

export function isComparable(type: LogicalType): boolean {
  return physicalOf(type) !== 'object' || ['CHAR', 'VARCHAR', 'BINARY', 'VARBINARY', 'NULL'].includes(type.kind)
}
