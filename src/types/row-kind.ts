/** What a row of a changelog does; the numbers are Flink's byte values and stand in `Batch.kinds`. */
export const RowKind = { INSERT: 0, UPDATE_BEFORE: 1, UPDATE_AFTER: 2, DELETE: 3 } as const
export type RowKind = (typeof RowKind)[keyof typeof RowKind]

const TEXT = ['+I', '-U', '+U', '-D'] as const
export type RowKindText = (typeof TEXT)[number]

export function rowKindText(kind: number): RowKindText {
  return TEXT[kind]
}

export function parseRowKind(text: string): RowKind | undefined {
  const kind = TEXT.indexOf(text as RowKindText)
  return kind === -1 ? undefined : (kind as RowKind)
}

/** True for +I and +U: the row is in the table after this entry. */
export function isAccumulate(kind: number): boolean {
  return kind === RowKind.INSERT || kind === RowKind.UPDATE_AFTER
}

/** Which kinds a stream may contain. */
export interface ChangelogMode {
  /** -U entries come before their +U. */
  readonly updateBefore: boolean
  /** +U (and with it, updates at all). */
  readonly updateAfter: boolean
  readonly delete: boolean
}

export const INSERT_ONLY: ChangelogMode = { updateBefore: false, updateAfter: false, delete: false }
export const RETRACT: ChangelogMode = { updateBefore: true, updateAfter: true, delete: true }
export const UPSERT: ChangelogMode = { updateBefore: false, updateAfter: true, delete: true }

export function isInsertOnly(mode: ChangelogMode): boolean {
  return !mode.updateBefore && !mode.updateAfter && !mode.delete
}

/** `I,UB,UA,D` as Flink's EXPLAIN CHANGELOG_MODE writes it. */
export function changelogModeText(mode: ChangelogMode): string {
  return ['I', mode.updateBefore && 'UB', mode.updateAfter && 'UA', mode.delete && 'D'].filter(Boolean).join(',')
}
