/** Code that copies a batch's row into stored columns, for one shape of row. */
import type { Column, ColumnBuilder } from '../../types/batch.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import { physicalOf } from '../../types/value.ts'
import { canGenerate } from '../probe.ts'
import { resetCell } from './key-store.ts'

/** Column c of the target gets row `from` of `sources[c]`, or what a new row has where that is null. */
export type CopyRow = (
  target: readonly ColumnBuilder[],
  sources: readonly (Column | null)[],
  from: number,
  to: number,
) => void

const cache = new Map<string, CopyRow>()

export function compileCopy(types: readonly LogicalType[], generate = canGenerate()): CopyRow {
  if (!generate) return interpretedCopy
  const shape = types.map(physicalOf)
  const key = shape.join()
  let copy = cache.get(key)
  if (copy === undefined) {
    const lines = shape.map((physical, c) => {
      if (physical === 'object')
        return `t = target[${c}]; f = sources[${c}]; t.values[to] = f === null ? null : f.values[from];`
      const write =
        physical === 'exact'
          ? `const x = f.values[from]; if (typeof x === 'number') t.values[to] = x; else t.setExact(to, x);`
          : `t.values[to] = f.values[from];`
      return `t = target[${c}]; f = sources[${c}];
        if (f === null) resetCell(t, to);
        else if (f.nulls !== null && f.nulls[from] !== 0) t.setNull(to);
        else { ${write} if (t.nulls !== null) t.nulls[to] = 0; }`
    })
    const source = `return function copyRow(target, sources, from, to) { let t, f; ${lines.join('\n')} }`
    copy = new Function('resetCell', source)(resetCell) as CopyRow
    cache.set(key, copy)
  }
  return copy
}

function interpretedCopy(
  target: readonly ColumnBuilder[],
  sources: readonly (Column | null)[],
  from: number,
  to: number,
): void {
  for (let c = 0; c < target.length; c++) {
    const [builder, source] = [target[c], sources[c]]
    if (source === null) resetCell(builder, to)
    else if (source.physical === 'object') builder.values[to] = source.values[from]
    else if (source.nulls !== null && source.nulls[from] !== 0) builder.setNull(to)
    else if (source.physical === 'exact') builder.setExact(to, source.values[from])
    else {
      builder.values[to] = source.values[from]
      if (builder.nulls !== null) builder.nulls[to] = 0
    }
  }
}

/** Rows `from[i]` of a column (null = what a new row has) to rows `to[i]` of the target, i below `count`. */
export function copyRows(
  target: ColumnBuilder,
  source: Column | null,
  from: Int32Array,
  to: Int32Array,
  count: number,
): void {
  if (source === null) {
    for (let i = 0; i < count; i++) resetCell(target, to[i])
    return
  }
  if (
    source.physical === 'exact' &&
    !(source.values instanceof Float64Array && target.values instanceof Float64Array)
  ) {
    for (let i = 0; i < count; i++) target.setExact(to[i], source.values[from[i]])
  } else if (source.physical === 'int32') {
    const values = target.values as Int32Array
    for (let i = 0; i < count; i++) values[to[i]] = source.values[from[i]]
  } else if (source.physical === 'object') {
    const values = target.values as unknown[]
    for (let i = 0; i < count; i++) values[to[i]] = source.values[from[i]]
  } else {
    const values = target.values as Float64Array
    const read = source.values as Float64Array
    for (let i = 0; i < count; i++) values[to[i]] = read[from[i]]
  }
  if (source.nulls !== null) {
    for (let i = 0; i < count; i++) {
      if (source.nulls[from[i]] !== 0) target.setNull(to[i])
      else if (target.nulls !== null) target.nulls[to[i]] = 0
    }
  } else if (target.nulls !== null) for (let i = 0; i < count; i++) target.nulls[to[i]] = 0
}
