import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, notNull } from '../../types/logical-type.ts'
import type { WindowRankNode } from './node.ts'

/** Per partition and window: when it fires, and the rows in its range. */
export function windowRankState(
  { partition, endColumn }: Pick<WindowRankNode, 'partition' | 'endColumn'>,
  input: Schema,
): Record<string, StateDeclaration> {
  const key = [...partition, endColumn].map((c) => input[c])
  const common = { key, partitionColumns: partition.length }
  return {
    windows: { kind: 'table', ...common, value: [{ name: 'timer', type: notNull(BIGINT) }], timeColumn: 0 },
    rows: { kind: 'list', ...common, value: input, table: 'windows' },
  }
}
