/** The generated loop of OVER aggregates. */
import type { KeyedList } from '../../state/contract.ts'
import type { Batch, Column, ColumnBuilder } from '../../types/batch.ts'
import { type AggregateCode, loadOutput, storeResult, type ViewRows } from '../aggregate-code.ts'
import { FORGET, RETRACT } from './frame.ts'
import type { OverAggregateNode } from './node.ts'

/** One step of each row of `batch`: add, retract or forget; where `emit` is n > 0 the result is written n times. */
export type Run = (
  batch: Batch,
  columns: readonly Column[],
  steps: number,
  kinds: Uint8Array | null,
  slots: Int32Array,
  emit: Int32Array,
  A: readonly ColumnBuilder[],
  L: readonly KeyedList[],
  rows: readonly Int32Array[],
  views: ViewRows,
  O: readonly ColumnBuilder[],
) => void

export function generate(
  node: OverAggregateNode,
  code: AggregateCode,
  steps: 'adds' | 'retracts' | 'starts again',
): Run {
  const types = node.aggregates.map(({ type }) => type)
  const results = code.results()
  const store = types.map((type, j) => storeResult(j, type, `n${j}`, results[j].isNull === 'false' ? 'false' : `z${j}`))
  const backwards = `
    if (kinds[i] === ${RETRACT}) { ${steps === 'retracts' ? code.retract() : ''} continue; }
    if (kinds[i] === ${FORGET}) { ${code.reset()} views.clear(s); R[s] = 0; continue; }`
  return code.instantiate<Run>(
    ['batch', 'columns', 'steps', 'kinds', 'slots', 'emit', 'A', 'L', 'rows', 'views', 'O'],
    `const R = A[0].values;
     ${code.loadInput()}
     ${code.loadState()}
     ${code.loadViews()}
     ${loadOutput(types.length)}
     let o = 0;
     for (let i = 0; i < steps; i++) {
       const s = slots[i];
       ${steps === 'adds' ? '' : backwards}
       if (R[s] === 0) { R[s] = 1; ${code.needsReset ? code.reset() : ''} }
       ${code.add()}
       const end = o + emit[i];
       if (end === o) continue;
       ${results.map((r) => r.before).join('\n')}
       ${results.map((r, j) => `const n${j} = ${r.value}, z${j} = ${r.isNull};`).join(' ')}
       for (; o < end; o++) { ${store.join('\n')} }
     }`,
  )
}
