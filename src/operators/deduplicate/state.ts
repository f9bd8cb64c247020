import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, BOOLEAN, notNull, withNullable } from '../../types/logical-type.ts'
import type { DeduplicateNode } from './node.ts'

/** Value columns in front of the row: its event time, and whether it was emitted. */
export const LEADING = 2

/** The kept row of each key; keeping the first row by arrival needs its existence alone. */
export function deduplicateState(
  { key, time, keep }: Pick<DeduplicateNode, 'key' | 'time' | 'keep'>,
  input: Schema,
  ttlMs?: number,
): Record<string, StateDeclaration> {
  const row = time === 'proctime' && keep === 'first' ? [] : input
  return {
    rows: {
      kind: 'table',
      key: key.map((c) => input[c]),
      value: [
        { name: 'time', type: notNull(BIGINT) },
        { name: 'emitted', type: notNull(BOOLEAN) },
        ...row.map((field) => ({ ...field, type: withNullable(field.type, true) })),
      ],
      partitionColumns: key.length,
      ...(time === 'rowtime' && keep === 'first' && { timeColumn: 0 }),
      ...(ttlMs !== undefined && { ttlMs }),
    },
  }
}
