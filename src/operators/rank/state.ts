import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT } from '../../types/logical-type.ts'
import type { RankNode } from './node.ts'

/** Per partition: the end of a variable range, how many rows came (`first`), and its rows in order of arrival. */
export function rankState(
  { partition, strategy }: Pick<RankNode, 'partition' | 'strategy'>,
  input: Schema,
  ttlMs?: number,
): Record<string, StateDeclaration> {
  const key = partition.map((c) => input[c])
  const common = { key, partitionColumns: key.length, ...(ttlMs !== undefined && { ttlMs }) }
  const partitions: StateDeclaration = {
    kind: 'table',
    ...common,
    value: [
      { name: 'end', type: BIGINT },
      { name: 'count', type: BIGINT },
    ],
  }
  if (strategy.kind === 'first') return { partitions }
  const identity = strategy.kind === 'update' ? { identity: strategy.key } : {}
  return { partitions, rows: { kind: 'list', ...common, value: input, table: 'partitions', ...identity } }
}
