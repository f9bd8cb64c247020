import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, notNull } from '../../types/logical-type.ts'
import type { WindowTableFunctionNode } from './node.ts'

const LONG = notNull(BIGINT)

/** SESSION keeps its rows until the session is over; the other windows need nothing. */
export function windowTableFunctionState(
  { window }: Pick<WindowTableFunctionNode, 'window'>,
  input: Schema,
): Record<string, StateDeclaration> {
  const { shape } = window
  if (shape.type !== 'session') return {}
  const key = shape.partition.map((c) => input[c])
  const sessionKey = [...key, { name: 'id', type: LONG }]
  const partitionColumns = key.length
  return {
    sessions: {
      kind: 'table',
      key: sessionKey,
      value: ['timer', 'rows', 'start', 'end'].map((name) => ({ name, type: LONG })),
      partitionColumns,
      timeColumn: 0,
    },
    open: { kind: 'list', key, value: [{ name: 'id', type: LONG }], partitionColumns },
    rows: {
      kind: 'list',
      table: 'sessions',
      key: sessionKey,
      value: [...input, { name: 'kind', type: LONG }],
      partitionColumns,
    },
  }
}
