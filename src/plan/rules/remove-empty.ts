/**
 * remove-empty
 *
 * What   drops filters that are always true; a filter that is never true gives no rows, and so do projections, inner joins
 *        and grouped aggregates over no rows; a global COUNT, SUM, MIN, MAX or AVG over no rows is one constant row
 * Why    nothing is read for a query that cannot have rows, and Flink answers `COUNT(*) … WHERE FALSE` with 0
 * Not    global aggregates of other functions: they see an input that ends without a row, and emit nothing
 */
import type { Expr } from '../../expr/expr.ts'
import { withNullable } from '../../types/logical-type.ts'
import { mapRel, type Rel, type ValuesRel } from '../nodes.ts'
import { isNeverTrue, isTrue, type Rule } from './rule.ts'

export const removeEmpty: Rule = {
  name: 'remove-empty',
  apply: (rel) => mapRel(rel, simplify),
}

function simplify(rel: Rel): Rel {
  switch (rel.kind) {
    case 'filter':
      if (isTrue(rel.condition)) return rel.input
      return isNeverTrue(rel.condition) || isEmpty(rel.input) ? nothing(rel) : rel
    case 'project':
      return isEmpty(rel.input) ? nothing(rel) : rel
    case 'aggregate':
      return isEmpty(rel.input) ? (rel.grouping.length > 0 ? nothing(rel) : (oneRow(rel) ?? rel)) : rel
    case 'group-window-aggregate':
    case 'window-aggregate':
    case 'window-table-function':
    case 'over':
    case 'correlate':
    case 'row-number':
    case 'rank':
    case 'temporal-sort':
    case 'match':
    case 'lookup-join':
      return isEmpty(rel.input) ? nothing(rel) : rel
    case 'join':
      if ((rel.joinType === 'inner' || rel.joinType === 'semi') && (isEmpty(rel.left) || isEmpty(rel.right)))
        return nothing(rel)
      return rel.joinType === 'left' && isEmpty(rel.left) ? nothing(rel) : rel
    case 'union': {
      const inputs = rel.inputs.filter((input) => !isEmpty(input))
      if (inputs.length === rel.inputs.length) return rel
      return inputs.length === 0 ? nothing(rel) : { ...rel, inputs }
    }
    default:
      return rel
  }
}

function isEmpty(rel: Rel): boolean {
  return rel.kind === 'values' && rel.rows.length === 0
}

function nothing(rel: Rel): ValuesRel {
  return { kind: 'values', rows: [], schema: rel.schema, ...(rel.place && { place: rel.place }) }
}

function oneRow(rel: Rel & { readonly kind: 'aggregate' }): ValuesRel | undefined {
  const row: Expr[] = []
  for (const call of rel.calls) {
    if (call.user === true) return undefined
    if (call.fn === 'COUNT') row.push({ kind: 'literal', value: 0, type: call.type })
    else if (['SUM', 'MIN', 'MAX', 'AVG'].includes(call.fn)) {
      row.push({ kind: 'literal', value: null, type: withNullable(call.type, true) })
    } else return undefined
  }
  return { kind: 'values', rows: [row], schema: rel.schema, ...(rel.place && { place: rel.place }) }
}
