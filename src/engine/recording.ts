/**
 * Recording a job instead of running it: what `rivulet package` makes of a program's calls.
 *
 * Law: while a recorder is set, everything is checked and planned as always, and what would run is handed to the recorder.
 */
import type { SourceText } from '../base/span.ts'
import type { Query, Statement } from '../sql/ast.ts'
import type { Session } from './session.ts'
import type { InsertOf } from './statements.ts'

export interface Recorder {
  function(registered: { readonly name: string; readonly system: boolean; readonly fn: unknown }): void
  /** A statement that has just been executed. */
  statement(session: Session, statement: Statement, source: SourceText): void
  view(path: string, query: Query): void
  /** INSERTs that would now run as one job; true when they must not. */
  inserts(session: Session, name: string, inserts: readonly InsertOf[]): boolean
}

let current: Recorder | undefined

export const recorder = (): Recorder | undefined => current

export async function recordInto<T>(into: Recorder, run: () => Promise<T>): Promise<T> {
  current = into
  try {
    return await run()
  } finally {
    current = undefined
  }
}
