import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BOOLEAN, notNull, withNullable } from '../../types/logical-type.ts'
import type { ChangelogNormalizeNode } from './node.ts'

/** Value columns in front of the row: is there one (always, between batches), and did it pass the condition. */
export const LEADING = 2

/** The last row per key. */
export function changelogNormalizeState(
  { uniqueKey }: Pick<ChangelogNormalizeNode, 'uniqueKey'>,
  input: Schema,
  ttlMs?: number,
): Record<string, StateDeclaration> {
  const flag = (name: string) => ({ name, type: notNull(BOOLEAN) })
  return {
    rows: {
      kind: 'table',
      key: uniqueKey.map((c) => input[c]),
      value: [
        flag('there'),
        flag('passed'),
        ...input.map((field) => ({ ...field, type: withNullable(field.type, true) })),
      ],
      partitionColumns: uniqueKey.length,
      ttlMs,
    },
  }
}
