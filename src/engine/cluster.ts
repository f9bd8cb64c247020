/**
 * Where the INSERTs of a session run when not in its own process: a server. Without one, a session runs them itself.
 *
 * Law: a job of a cluster is a script, so that it can be run, and after a crash run again, by a process that knows nothing of
 * the session.
 */
import { createTableText } from '../plan/index.ts'
import { print, type Statement } from '../sql/index.ts'
import { namesOf } from './names.ts'
import type { Session } from './session.ts'
import type { InsertOf } from './statements.ts'

/** A job as SHOW JOBS, DESCRIBE JOB and STOP JOB see it. */
export interface SessionJob {
  readonly id: string
  readonly name: string
  readonly status: string
  /** Epoch ms. */
  readonly started: number
  /** Resolves when it has finished or was canceled; rejects with its error. */
  wait(): Promise<void>
  cancel(): Promise<void>
  /** Resolves with the folder of the savepoint. */
  stopWithSavepoint(folder: undefined, options: { readonly drain?: boolean }): Promise<string>
}

export interface ClusterSubmission {
  /** Shown until the plan of the job is known. */
  readonly name: string
  /** SQL that makes what the job needs, and the job as its last statement. */
  readonly script: string
  readonly configuration: Readonly<Record<string, string>>
}

export interface Cluster {
  submit(job: ClusterSubmission): Promise<SessionJob>
  jobs(): Promise<readonly SessionJob[]>
}

/** The statement as what another process must run to have what it made here; undefined when it makes nothing there. */
export function definitionText(session: Session, statement: Statement): string | undefined {
  switch (statement.kind) {
    case 'create-table': {
      if (statement.query === undefined) return print(statement)
      // CREATE TABLE … AS without its job.
      const table = session.catalog.get(namesOf(statement.name))
      return table.kind === 'table' ? createTableText(session.planner, table, { secrets: true }) : undefined
    }
    case 'query':
    case 'insert':
    case 'statement-set':
    case 'execute':
    case 'compile-plan':
    case 'execute-plan':
    case 'explain':
    case 'show':
    case 'show-create':
    case 'describe':
    case 'set':
    case 'reset':
    case 'stop-job':
      return undefined
    default:
      return print(statement)
  }
}

/** The job that these INSERTs are, behind the definitions that it needs. */
export function jobScript(definitions: readonly string[], inserts: readonly InsertOf[]): string {
  const texts = inserts.map(({ insert }) => print(insert))
  const job =
    texts.length === 1
      ? `${texts[0]};`
      : `EXECUTE STATEMENT SET BEGIN\n${texts.map((text) => `${text};\n`).join('')}END;`
  return [...definitions.map((text) => `${text};`), job].join('\n')
}
