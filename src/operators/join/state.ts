/** What a join keeps: the rows of both sides by join key. */
import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { INT, notNull } from '../../types/logical-type.ts'
import type { JoinNode, JoinSideKey, JoinType } from './node.ts'

type Planned = Pick<JoinNode, 'joinType' | 'leftKeys' | 'rightKeys' | 'leftKey' | 'rightKey'>

/** Whether rows of a side are counted with the matches that they have. */
export function countsMatches(joinType: JoinType, side: 'left' | 'right'): boolean {
  switch (joinType) {
    case 'inner':
      return false
    case 'full':
      return true
    case 'right':
      return side === 'right'
    default:
      return side === 'left'
  }
}

export function joinState(
  node: Planned,
  inputs: readonly Schema[],
  ttlMs?: { readonly left?: number; readonly right?: number },
): Record<string, StateDeclaration> {
  const side = (
    name: 'left' | 'right',
    schema: Schema,
    keys: readonly number[],
    unique: JoinSideKey,
  ): StateDeclaration => ({
    kind: 'list',
    key: keys.map((c) => schema[c]),
    value: countsMatches(node.joinType, name) ? [...schema, { name: 'matches', type: notNull(INT) }] : schema,
    partitionColumns: keys.length,
    identity: identityOf(schema, unique),
    ttlMs: ttlMs?.[name],
  })
  return {
    left: side('left', inputs[0], node.leftKeys, node.leftKey),
    right: side('right', inputs[1], node.rightKeys, node.rightKey),
  }
}

function identityOf(schema: Schema, key: JoinSideKey): readonly number[] {
  switch (key.kind) {
    case 'join-key-unique':
      return []
    case 'unique':
      return key.columns
    case 'none':
      return schema.map((_, c) => c)
  }
}
