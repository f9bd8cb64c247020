/** A query that has not run yet. */
import type { SourceText } from '../base/span.ts'
import type { Query } from '../sql/ast.ts'
import type { Schema } from '../types/batch.ts'
import { typeTextWithAttribute } from '../types/logical-type.ts'
import type { TableResult } from './result.ts'

/** What a table asks of its environment; keeps the two files apart. */
export interface TableOwner {
  executeQuery(table: Table, options?: ExecuteOptions): TableResult
  executeInsert(table: Table, path: string, options?: ExecuteOptions): Promise<TableResult>
  addInsert(table: Table, path: string): void
  explainTable(table: Table): string
  registerUnnamed(table: Table): string
}

export interface ExecuteOptions {
  /** Cancels the job when aborted. */
  readonly signal?: AbortSignal
}

export class Table {
  readonly schema: Schema
  readonly query: Query
  readonly source: SourceText
  readonly #owner: TableOwner

  constructor(owner: TableOwner, query: Query, source: SourceText, schema: Schema) {
    this.#owner = owner
    this.query = query
    this.source = source
    this.schema = schema
  }

  /** Run the query when its rows are asked for: `for await (const row of table.execute())`. */
  execute(options?: ExecuteOptions): TableResult {
    return this.#owner.executeQuery(this, options)
  }

  /** Write the rows to a table; resolves when the job is submitted. `(await …).wait()` is its end. */
  executeInsert(path: string, options?: ExecuteOptions): Promise<TableResult> {
    return this.#owner.executeInsert(this, path, options)
  }

  /** Add `INSERT INTO path` to what `tEnv.execute(name)` runs (the API of Flink 1.10). */
  insertInto(path: string): void {
    this.#owner.addInsert(this, path)
  }

  /** The plan, in the stages of EXPLAIN. */
  explain(): string {
    return this.#owner.explainTable(this)
  }

  printSchema(write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): void {
    write('(')
    this.schema.forEach(({ name, type }, i) => {
      write(`  \`${name}\` ${typeTextWithAttribute(type)}${i === this.schema.length - 1 ? '' : ','}`)
    })
    write(')')
  }

  /** Registers the table under a name of its own and gives that name, so that it can stand in a SQL text: `FROM ${table}`. */
  toString(): string {
    return this.#owner.registerUnnamed(this)
  }
}
