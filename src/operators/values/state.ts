/** What VALUES keeps: whether its rows are out. */
import type { StateDeclaration } from '../../state/contract.ts'

export const VALUES_STATE: Readonly<Record<string, StateDeclaration>> = {
  emitted: { kind: 'operator', redistribution: 'union' },
}
