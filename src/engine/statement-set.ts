/**
 * Statement sets: INSERTs that run as one job.
 *
 * Law: a set holds INSERTs alone, and runs them when it is executed; sets do not nest.
 */
import { fail } from '../base/errors.ts'
import type { SourceText } from '../base/span.ts'
import type { Insert, Statement } from '../sql/ast.ts'
import { parseStatement } from '../sql/index.ts'
import type { TableResult } from './result.ts'
import type { InsertOf } from './statements.ts'
import type { ExecuteOptions, Table } from './table.ts'

/** INSERTs that run as one job. */
export class StatementSet {
  readonly #inserts: InsertOf[] = []
  readonly #submit: (inserts: readonly InsertOf[], options: ExecuteOptions) => Promise<TableResult>

  constructor(submit: (inserts: readonly InsertOf[], options: ExecuteOptions) => Promise<TableResult>) {
    this.#submit = submit
  }

  addInsertSql(sql: string): this {
    const source: SourceText = { name: '<sql>', text: sql }
    const statement = parseOne(source)
    if (statement.kind !== 'insert')
      fail('ENGINE_NOT_AN_UPDATE', { found: statement.kind }, { span: statement.span, source })
    return this.addInsertStatement(statement, source)
  }

  addInsertStatement(insert: Insert, source: SourceText): this {
    this.#inserts.push({ insert, source })
    return this
  }

  addInsert(path: string, table: Table): this {
    this.#inserts.push(insertOf(table, path))
    return this
  }

  execute(options: ExecuteOptions = {}): Promise<TableResult> {
    if (this.#inserts.length === 0) fail('ENGINE_NOTHING_TO_EXECUTE', {})
    return this.#submit(this.#inserts, options)
  }
}

export function openSet(
  open: StatementSet | undefined,
  { span }: Statement,
  source: SourceText,
  make: () => StatementSet,
): StatementSet {
  return open === undefined
    ? make()
    : fail('ENGINE_STATEMENT_SET', { problem: 'BEGIN STATEMENT SET stands in another one' }, { span, source })
}

export function insertOf(table: Table, path: string): InsertOf {
  const { span } = table.query
  const parts = path.split('.').map((name) => ({ kind: 'identifier' as const, name, quoted: false, span }))
  const insert: Insert = {
    kind: 'insert',
    verb: 'INSERT',
    overwrite: false,
    table: { kind: 'name', parts, span },
    hints: [],
    extend: [],
    partition: [],
    query: table.query,
    span,
  }
  return { insert, source: table.source }
}

/** The one statement of a text. */
export function parseOne(source: SourceText): Statement {
  return parseStatement(source.text, { name: source.name })
}
