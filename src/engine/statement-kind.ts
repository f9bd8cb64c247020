/** What a statement's text is, without running it. */
import type { Statement } from '../sql/ast.ts'
import { parseStatements } from '../sql/index.ts'

function firstStatement(text: string): Statement | undefined {
  return parseStatements(text, { name: '<sql>' }).statements[0]?.statement
}

/** A SELECT or VALUES, whose rows are a result. */
export function isQueryText(text: string): boolean {
  const statement = firstStatement(text)
  return statement?.kind === 'query' || (statement?.kind === 'execute' && statement.statement.kind === 'query')
}

/**
 * Does it bring code that the engine would run, a plan included, or write a file? A function's module runs when it is loaded,
 * whatever becomes of the statement.
 */
export function carriesCode(text: string): boolean {
  return parseStatements(text, { name: '<sql>' }).statements.some(({ statement: { kind } }) =>
    ['create-function', 'alter-function', 'compile-plan', 'execute-plan'].includes(kind),
  )
}
