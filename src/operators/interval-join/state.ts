/**
 * What an interval join keeps.
 *
 * | state         | key      | row                                                                                  |
 * |---------------|----------|--------------------------------------------------------------------------------------|
 * | `keys`        | join key | when each side's rows are looked through; times and capacity of each side's hash map   |
 * | `left`        | join key | rows with their time and whether they have been joined                               |
 * | `right`       | join key | the same                                                                              |
 * | `expirations` | –        | per side, up to which time rows may be gone                                           |
 */
import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, INT, notNull } from '../../types/logical-type.ts'
import type { IntervalJoinNode } from './node.ts'

const LONG = notNull(BIGINT)
const NUMBER = notNull(INT)

/** Value columns of `keys`; the second of a pair is the right side's. */
export const CLEAN = [0, 1] as const
/** Where the timers are in their heap, written for snapshots. */
export const PLACE = [2, 3] as const
export const TIMES = [4, 5] as const
export const CAPACITY = [6, 7] as const

export function intervalJoinState(
  { leftKeys }: Pick<IntervalJoinNode, 'leftKeys'>,
  [left, right]: readonly Schema[],
): Record<string, StateDeclaration> {
  const key = leftKeys.map((c) => left[c])
  const common = { key, partitionColumns: key.length }
  const side = (schema: Schema): StateDeclaration => ({
    kind: 'list',
    ...common,
    value: [...schema, { name: 'time', type: LONG }, { name: 'joined', type: NUMBER }],
    identity: [schema.length],
    table: 'keys',
  })
  return {
    keys: {
      kind: 'table',
      ...common,
      value: [
        { name: 'clean_left', type: LONG },
        { name: 'clean_right', type: LONG },
        { name: 'left_place', type: NUMBER },
        { name: 'right_place', type: NUMBER },
        { name: 'left_times', type: NUMBER },
        { name: 'right_times', type: NUMBER },
        { name: 'left_capacity', type: NUMBER },
        { name: 'right_capacity', type: NUMBER },
      ],
    },
    left: side(left),
    right: side(right),
    expirations: { kind: 'operator', redistribution: 'union' },
  }
}
