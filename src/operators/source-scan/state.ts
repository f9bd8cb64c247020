/** What a table scan keeps: position and watermark per split; each subtask gets all entries and keeps its own. */
import type { StateDeclaration } from '../../state/contract.ts'

export const SOURCE_SCAN_STATE: Readonly<Record<string, StateDeclaration>> = {
  splits: { kind: 'operator', redistribution: 'union' },
}
