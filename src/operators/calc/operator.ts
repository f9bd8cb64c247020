/**
 * WHERE and projection.
 *
 * Input      any changelog
 * Output     the same row kinds; rows whose condition is not TRUE are left out
 * State      none
 * Watermark  passed on
 * Law        output rows = projections of the input rows for which the condition is TRUE, in order
 */
import { compileCalc } from '../../expr/compile.ts'
import { walkExpr } from '../../expr/expr.ts'
import type { Batch } from '../../types/batch.ts'
import type { Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import type { CalcNode } from './node.ts'

function create(node: CalcNode, context: OperatorContext): Operator {
  const calc = compileCalc({
    input: context.inputs[0],
    condition: node.condition,
    projections: node.projections,
    lookup: context.functions,
    context: context.evaluation,
    mode: context.expressions,
  })
  const { out } = context
  let readsWatermark = false
  for (const expr of [...node.projections, ...(node.condition === undefined ? [] : [node.condition])]) {
    walkExpr(expr, (each) => {
      readsWatermark ||= each.kind === 'call' && each.fn === 'CURRENT_WATERMARK'
    })
  }
  return {
    onBatch(batch: Batch) {
      const result = calc.run(batch)
      if (result !== null) out.emit(result)
    },
    onWatermark(watermark) {
      out.watermark(watermark)
    },
    // CURRENT_WATERMARK must see every rise between two rows.
    nextEventTime: () => (readsWatermark ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
  }
}

export const calcRuntime: OperatorRuntime<CalcNode> = { kind: 'calc', create }
