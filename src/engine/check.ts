/**
 * The rest of a script behind a statement that failed: checked, not run.
 *
 * Laws
 * - Declarations are made, so that what follows can be checked against them; queries and INSERTs are planned only.
 * - A mistake that only follows from an earlier one (a table whose CREATE failed) is not reported.
 */
import { isRivuletError, type RivuletError } from '../base/errors.ts'
import type { SourceText } from '../base/span.ts'
import { planInserts, planQuery } from '../plan/index.ts'
import type { Statement } from '../sql/ast.ts'
import { parseStatements } from '../sql/index.ts'
import type { Session } from './session.ts'
import { executeDefinition } from './statements.ts'

/** Every mistake of a script, found without running any of it; declarations are made in `session`, which is the caller's to drop. */
export async function checkScript(session: Session, sql: string, name = '<sql>'): Promise<RivuletError[]> {
  const { statements, errors } = parseStatements(sql, { name })
  const source: SourceText = { name, text: sql }
  const found = errors.filter(isRivuletError)
  return [
    ...found,
    ...(await checkAll(
      session,
      statements.map(({ statement }) => statement),
      source,
      new Set(),
    )),
  ]
}

/** @param statements the failed one first, then those behind it @returns mistakes of those behind it */
export async function checkStatements(
  session: Session,
  statements: readonly Statement[],
  source: SourceText,
): Promise<RivuletError[]> {
  const [failed, ...rest] = statements
  return checkAll(session, rest, source, new Set(createdName(failed)))
}

async function checkAll(
  session: Session,
  statements: readonly Statement[],
  source: SourceText,
  missing: Set<string>,
): Promise<RivuletError[]> {
  const errors: RivuletError[] = []
  for (const statement of statements) {
    // A function's module is not loaded for a check; what calls it cannot be checked.
    if (statement.kind === 'create-function') for (const name of createdName(statement)) missing.add(name)
    try {
      check(session, statement, source)
    } catch (error) {
      if (!isRivuletError(error)) throw error
      for (const name of createdName(statement)) missing.add(name)
      const follows = [...missing].some((name) => error.message.includes(`'${name}'`) && /_UNKNOWN_/.test(error.code))
      if (!follows) errors.push(error.span === undefined ? error : error.in(source))
    }
  }
  return errors
}

function check(session: Session, statement: Statement, source: SourceText): void {
  switch (statement.kind) {
    case 'query':
      planQuery(session.planner, statement, source)
      return
    case 'insert':
      planInserts(session.planner, [{ insert: statement, source }])
      return
    case 'statement-set':
      for (const insert of statement.statements) planInserts(session.planner, [{ insert, source }])
      return
    case 'execute':
      check(session, statement.statement, source)
      return
    case 'compile-plan':
      check(session, statement.statement, source)
      return
    case 'execute-plan':
    case 'set':
    case 'reset':
    case 'show':
    case 'show-create':
    case 'describe':
    case 'explain':
    case 'create-function':
      return
    default:
      executeDefinition(session, statement, source)
  }
}

function createdName(statement: Statement): string[] {
  switch (statement.kind) {
    case 'create-table':
    case 'create-view':
    case 'create-function':
      return [statement.name.parts.at(-1)?.name ?? '']
    default:
      return []
  }
}
