/**
 * Constant rows.
 *
 * Output     insert-only, bounded
 * State      `emitted`: whether the rows are out
 * Watermark  MAX_WATERMARK at the end
 * Law        every row once, in the order of the text
 */
import { interpret } from '../../expr/interpret.ts'
import { batchOf } from '../../types/batch.ts'
import { MAX_WATERMARK, type OperatorContext, type OperatorRuntime, type SourceOperator } from '../contract.ts'
import type { ValuesNode } from './node.ts'

function create(node: ValuesNode, context: OperatorContext): SourceOperator {
  const emitted = context.state.operator('emitted')
  let done = false
  return {
    restored() {
      done = emitted.get().includes(true)
    },
    run() {
      if (!done) {
        done = true
        if (context.subtask === 0) {
          const rows = node.rows.map((row) =>
            row.map((expr) => interpret(expr, [], { lookup: context.functions, context: context.evaluation })),
          )
          context.out.emit(batchOf(node.schema, rows))
        }
        return 'progress'
      }
      context.out.watermark(MAX_WATERMARK)
      return 'end'
    },
    onBatch() {},
    onWatermark() {},
    beforeBarrier() {
      emitted.set(done ? [true] : [])
    },
  }
}

export const valuesRuntime: OperatorRuntime<ValuesNode> = { kind: 'values', create }
