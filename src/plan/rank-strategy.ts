/** How a rank operator can keep its rows, from what its input does. */
import type { RankStrategy } from '../operators/rank/node.ts'
import { isTimeAttribute } from '../types/logical-type.ts'
import type { Planned } from './changelog.ts'
import { monotonicity } from './monotonicity.ts'
import type { RankRel } from './nodes.ts'
import { upsertKeys } from './upsert-keys.ts'

/**
 * Rows that only move up need no more memory than the range itself: updates by a key that holds the partition, sorted by what
 * only grows (descending) or falls (ascending).
 */
export function rankStrategy(rel: RankRel, input: Planned): RankStrategy {
  const { updateAfter, delete: deletes } = input.mode
  if (!updateAfter && !deletes) {
    const [first] = rel.order
    const { type } = first === undefined ? { type: undefined } : rel.input.schema[first.column]
    const proctime = type !== undefined && isTimeAttribute(type) && type.attribute === 'proctime'
    const byArrival = first === undefined || (rel.order.length === 1 && proctime && !first.descending)
    return { kind: byArrival ? 'first' : 'append' }
  }
  const keys = upsertKeys(rel.input).filter((key) => rel.partition.every((column) => key.includes(column)))
  if (keys.length === 0 || rel.order.length === 0 || rel.range.kind === 'variable') return { kind: 'retract' }
  const known = monotonicity(input)
  const upwards = rel.order.every(({ column, descending }) => {
    const direction = known[column]
    return direction === 'constant' || direction === (descending ? 'increasing' : 'decreasing')
  })
  return upwards ? { kind: 'update', key: keys[0] } : { kind: 'retract' }
}
