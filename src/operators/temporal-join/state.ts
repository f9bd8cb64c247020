/** What a temporal join keeps: rows that wait for the watermark, and the versions that may still be asked for. */
import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, INT, notNull } from '../../types/logical-type.ts'
import type { TemporalJoinNode } from './node.ts'

export function temporalJoinState(
  { leftKeys, rightTime }: Pick<TemporalJoinNode, 'leftKeys' | 'rightTime'>,
  [left, right]: readonly Schema[],
  ttlMs?: number,
): Record<string, StateDeclaration> {
  const key = leftKeys.map((c) => left[c])
  const kind = { name: 'kind', type: notNull(INT) }
  const common = { key, partitionColumns: key.length }
  return {
    keys: {
      kind: 'table',
      ...common,
      // The place is that in the heap of timers.
      value: [
        { name: 'timer', type: notNull(BIGINT) },
        { name: 'place', type: notNull(INT) },
      ],
      ...(ttlMs !== undefined && { ttlMs }),
    },
    left: { kind: 'list', ...common, value: [...left, kind], table: 'keys' },
    // A version is told by its time: the second row of one time replaces the first.
    right: { kind: 'list', ...common, value: [...right, kind], identity: [rightTime], table: 'keys' },
  }
}
