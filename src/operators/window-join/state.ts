/** What a window join keeps: the rows of both sides by join key and end of the window, until it is over. */
import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, INT, notNull, timestamp } from '../../types/logical-type.ts'
import type { WindowJoinNode } from './node.ts'

export function windowJoinState(
  { leftKeys }: Pick<WindowJoinNode, 'leftKeys'>,
  [left, right]: readonly Schema[],
): Record<string, StateDeclaration> {
  const key = [...leftKeys.map((c) => left[c]), { name: 'window_end', type: notNull(timestamp(3)) }]
  const partitionColumns = leftKeys.length
  const side = (value: Schema): StateDeclaration => ({ kind: 'list', key, value, partitionColumns, table: 'windows' })
  return {
    windows: {
      kind: 'table',
      key,
      // The place is that in the heap of timers.
      value: [
        { name: 'timer', type: notNull(BIGINT) },
        { name: 'place', type: notNull(INT) },
      ],
      partitionColumns,
    },
    left: side(left),
    right: side(right),
  }
}
