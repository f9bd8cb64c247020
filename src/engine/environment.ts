/**
 * The table environment: the API that programs use, in the words of Flink's Table API (and PyFlink's), of today and of 1.10.
 *
 * Law: `sqlQuery`, `sqlUpdate` and registration are synchronous and do no I/O; `executeSql` and `executeInsert` resolve when a
 * job is submitted, `execute(name)` and `result.wait()` when it ends; each takes a signal that cancels it.
 */
import { fail, isRivuletError } from '../base/errors.ts'
import { nodeHost } from '../base/node-host.ts'
import type { SourceText } from '../base/span.ts'
import type { UserFunction } from '../catalog/function.ts'
import type { CompiledPlan } from '../operators/nodes.ts'
import { explainStatement, planInserts, planQuery } from '../plan/index.ts'
import type { Query, Statement } from '../sql/ast.ts'
import { parseStatements, print } from '../sql/index.ts'
import { checkStatements } from './check.ts'
import { definitionText, jobScript } from './cluster.ts'
import { CollectBuffer } from './collect-buffer.ts'
import type { StoredPlan } from './compiled-plan.ts'
import { deployment } from './deployment.ts'
import { type Registrable, userFunctionOf } from './functions/index.ts'
import { isJobError, type JobClient } from './job-client.ts'
import { importFunction } from './load-function.ts'
import { recorder } from './recording.ts'
import { listResult, TableResult } from './result.ts'
import { Session, type SessionParts, type SubmitOptions } from './session.ts'
import {
  type EnvironmentSettings,
  environmentOptions,
  isExecutionEnvironment,
  type StreamExecutionEnvironment,
} from './settings.ts'
import { insertOf, openSet, parseOne, StatementSet } from './statement-set.ts'
import { executeDefinition, executeStatement, type InsertOf } from './statements.ts'
import { type ExecuteOptions, Table, type TableOwner } from './table.ts'
import { TableConfig } from './table-config.ts'

export interface TableEnvironmentOptions extends Partial<SessionParts> {
  /** Options as `SET` would give them. */
  readonly configuration?: Readonly<Record<string, string>>
}

export class TableEnvironment implements TableOwner {
  readonly session: Session
  /** INSERTs that `execute(name)` will run (the API of Flink 1.10). */
  #pending: InsertOf[] = []
  #unnamed = 0
  /** SQL that would make this session's catalog again. */
  readonly #definitions: string[] = []

  constructor(options: TableEnvironmentOptions = {}) {
    this.session = new Session({
      host: options.host ?? nodeHost,
      print: options.print ?? ((line) => process.stdout.write(`${line}\n`)),
      loadFunction: options.loadFunction ?? importFunction(process.cwd()),
      inline: options.inline,
      connectors: options.connectors,
      batchSize: options.batchSize,
      backend: options.backend,
      triggerDelay: options.triggerDelay,
      cluster: options.cluster,
    })
    const configuration = { ...deployment().configuration, ...options.configuration }
    for (const [key, value] of Object.entries(configuration)) this.session.options.set(key, value)
  }

  static create(settings?: EnvironmentSettings | TableEnvironmentOptions): TableEnvironment {
    return new TableEnvironment(environmentOptions(settings))
  }

  /** The session's options: `tEnv.getConfig().set('parallelism.default', '2')`. */
  getConfig(): TableConfig {
    return new TableConfig(this.session)
  }

  // ---- SQL ----------------------------------------------------------------------------------------------------------

  /** Execute one statement. A query starts when its rows are read; an INSERT when this resolves. */
  async executeSql(sql: string, options: ExecuteOptions = {}): Promise<TableResult> {
    const source: SourceText = { name: '<sql>', text: sql }
    return this.executeStatement(parseOne(source), source, options)
  }

  /**
   * Execute every statement of a script in order; results of statements before a failing one stand. Behind a failing one
   * nothing runs any more, but the rest is checked, so that all mistakes are reported at once (an AggregateError).
   */
  async *executeScript(sql: string, name = '<sql>', options: ExecuteOptions = {}): AsyncGenerator<TableResult> {
    const source: SourceText = { name, text: sql }
    const { statements, errors } = parseStatements(sql, { name })
    throwAll(errors)
    /** INSERTs between BEGIN STATEMENT SET and END. */
    let set: StatementSet | undefined
    for (const [i, { statement }] of statements.entries()) {
      try {
        if (statement.kind === 'begin-statement-set')
          set = openSet(set, statement, source, () => this.createStatementSet())
        else if (set === undefined) yield await this.executeStatement(statement, source, options)
        else if (statement.kind === 'insert') set.addInsertStatement(statement, source)
        else if (statement.kind === 'end-statement-set') {
          const closed = set
          set = undefined
          yield await closed.execute(options)
        } else
          fail(
            'ENGINE_STATEMENT_SET',
            { problem: 'only INSERT statements stand in a statement set' },
            { span: statement.span, source },
          )
        if (set !== undefined && i === statements.length - 1) {
          fail('ENGINE_STATEMENT_SET', { problem: 'END is missing' }, { span: statement.span, source })
        }
      } catch (error) {
        // A job that fails says nothing about the statements behind it.
        if (!isRivuletError(error) || error.domain !== 'user' || isJobError(error)) throw error
        const rest = statements.slice(i).map((each) => each.statement)
        throwAll([error, ...(await checkStatements(this.session, rest, source))])
      }
    }
  }

  executeStatement(statement: Statement, source: SourceText, options: ExecuteOptions = {}): Promise<TableResult> {
    return located(source, async () => {
      const result = await executeStatement(this.session, statement, source, {
        query: (query) => this.#queryResult(query, source, options),
        insert: (inserts, made) => this.#submitInserts(inserts, undefined, options, made),
        plan: (given, stored) => this.#submitStored(given, stored, options),
      })
      recorder()?.statement(this.session, statement, source)
      const definition = definitionText(this.session, statement)
      if (definition !== undefined) this.#definitions.push(definition)
      return result
    })
  }

  /** A query as a table; checked now, run later. */
  sqlQuery(sql: string): Table {
    const source: SourceText = { name: '<sql>', text: sql }
    const statement = parseOne(source)
    if (statement.kind !== 'query')
      fail('ENGINE_NOT_A_QUERY', { found: statement.kind }, { span: statement.span, source })
    return this.#table(statement, source)
  }

  /** A table or view of the catalog as a table. */
  from(path: string): Table {
    return this.sqlQuery(`SELECT * FROM ${path}`)
  }

  /** DDL at once, INSERT at `execute(name)` (the API of Flink 1.10). */
  sqlUpdate(sql: string): void {
    const source: SourceText = { name: '<sql>', text: sql }
    const statement = parseOne(source)
    if (statement.kind === 'insert') {
      located(source, () => planInserts(this.session.planner, [{ insert: statement, source }]))
      this.#pending.push({ insert: statement, source })
      return
    }
    if (statement.kind === 'create-table' && statement.query !== undefined)
      fail('ENGINE_NOT_AN_UPDATE', { found: 'CREATE TABLE … AS' }, { span: statement.span, source })
    if (statement.kind === 'query') fail('ENGINE_NOT_AN_UPDATE', { found: 'a query' }, { span: statement.span, source })
    located(source, () => executeDefinition(this.session, statement, source))
    recorder()?.statement(this.session, statement, source)
  }

  explainSql(sql: string): string {
    const source: SourceText = { name: '<sql>', text: sql }
    return located(source, () => explainStatement(this.session.planner, parseOne(source), source))
  }

  // ---- registration -------------------------------------------------------------------------------------------------

  createTemporaryFunction(path: string, fn: Registrable): void {
    this.#register(path, fn, false, (declared) => {
      const target = this.session.catalog.qualify(path.split('.'))
      this.session.catalog.createFunction(target, declared, { temporary: true })
    })
  }

  createTemporarySystemFunction(name: string, fn: Registrable): void {
    this.#register(name, fn, true, (declared) => this.session.catalog.createTemporarySystemFunction(name, declared))
  }

  /** `createTemporarySystemFunction` of Flink 1.10; registering a name again replaces it. */
  registerFunction(name: string, fn: Registrable): void {
    this.#register(name, fn, true, (declared) =>
      this.session.catalog.createTemporarySystemFunction(name, declared, { replace: true }),
    )
  }

  #register(name: string, fn: unknown, system: boolean, create: (fn: UserFunction) => void): void {
    const declared = userFunctionOf(fn, name)
    create(declared ?? fail('ENGINE_NOT_A_FUNCTION', { name, found: `a ${typeof fn}` }))
    recorder()?.function({ name, system, fn })
  }

  createTemporaryView(path: string, table: Table): void {
    const { catalog } = this.session
    catalog.create({
      kind: 'view',
      path: catalog.qualify(path.split('.')),
      temporary: true,
      columnNames: [],
      query: table.query,
      schema: table.schema,
      source: table.source,
      database: { catalog: catalog.currentCatalog, database: catalog.currentDatabase },
    })
    recorder()?.view(path, table.query)
  }

  // ---- statements that run together ---------------------------------------------------------------------------------

  createStatementSet(): StatementSet {
    return new StatementSet((inserts, options) => this.#submitInserts(inserts, undefined, options))
  }

  /** Run all INSERTs added by `insertInto` and `sqlUpdate` as one job; resolves at its end (the API of Flink 1.10). */
  async execute(name: string, options: ExecuteOptions = {}): Promise<JobClient> {
    const inserts = this.#pending
    if (inserts.length === 0) fail('ENGINE_NOTHING_TO_EXECUTE', {})
    this.#pending = []
    const result = await this.#submitInserts(inserts, name, options)
    await result.wait()
    return result.jobClient as JobClient
  }

  // ---- what tables ask ----------------------------------------------------------------------------------------------

  executeQuery(table: Table, options: ExecuteOptions = {}): TableResult {
    return this.#queryResult(table.query, table.source, options)
  }

  executeInsert(table: Table, path: string, options: ExecuteOptions = {}): Promise<TableResult> {
    return this.#submitInserts([insertOf(table, path)], undefined, options)
  }

  addInsert(table: Table, path: string): void {
    const insert = insertOf(table, path)
    located(insert.source, () => planInserts(this.session.planner, [insert]))
    this.#pending.push(insert)
  }

  explainTable(table: Table): string {
    return located(table.source, () => explainStatement(this.session.planner, table.query, table.source))
  }

  registerUnnamed(table: Table): string {
    const name = `UnnamedTable$${this.#unnamed++}`
    this.createTemporaryView(name, table)
    return `\`${name}\``
  }

  #table(query: Query, source: SourceText): Table {
    const { schema } = located(source, () => planQuery(this.session.planner, query, source))
    return new Table(this, query, source, schema)
  }

  #queryResult(query: Query, source: SourceText, options: ExecuteOptions): TableResult {
    const { plan, schema } = located(source, () => planQuery(this.session.planner, query, source))
    const start = async () => {
      if (recorder() !== undefined) fail('FLINK_QUERY_WITHOUT_SINK', {})
      const buffer = new CollectBuffer()
      const name = this.session.options.get('pipeline.name') ?? 'collect'
      const job = await this.session.submit(plan, name, { collect: buffer, source, signal: options.signal })
      job.wait().then(
        () => buffer.end(),
        (error: unknown) => buffer.end({ error }),
      )
      return { job, buffer }
    }
    return new TableResult(schema, 'SUCCESS_WITH_CONTENT', { kind: 'query', start }, undefined, this.session.timeZone)
  }

  /** SQL that makes this session's tables, views and functions in another one. */
  get definitions(): readonly string[] {
    return this.#definitions
  }

  get #waitsForInserts(): boolean {
    return this.session.options.get('table.dml-sync') === 'true'
  }

  async #submitInserts(
    inserts: readonly InsertOf[],
    name: string | undefined,
    options: ExecuteOptions,
    made?: Statement,
  ): Promise<TableResult> {
    const plan = located(inserts[0].source, () => planInserts(this.session.planner, inserts))
    const target = inserts.map(({ insert }) => insert.table.parts.map((part) => part.name).join('.')).join(', ')
    const title = name ?? this.session.options.get('pipeline.name') ?? `insert-into_${target}`
    if (recorder()?.inserts(this.session, title, inserts) === true)
      return listResult(JOB_ID, [], 'SUCCESS_WITH_CONTENT')
    const own = made === undefined ? undefined : definitionText(this.session, made)
    const script = () => jobScript(own === undefined ? this.#definitions : [...this.#definitions, own], inserts)
    const [{ source }] = inserts
    const oneText = inserts.every((each) => each.source === source)
    return this.#submit(plan, title, script, { signal: options.signal, source: oneText ? source : undefined })
  }

  /** The plan of a file. Places in it are of a text that is not here. */
  #submitStored(statement: Statement, { plan, sinks }: StoredPlan, options: ExecuteOptions): Promise<TableResult> {
    const title = this.session.options.get('pipeline.name') ?? `insert-into_${sinks.join(', ')}`
    const script = () => [...this.#definitions, print(statement)].map((text) => `${text};`).join('\n')
    return this.#submit(plan, title, script, { signal: options.signal })
  }

  /** @param script the job as SQL, for a cluster */
  async #submit(
    plan: CompiledPlan,
    title: string,
    script: () => string,
    extra: Pick<SubmitOptions, 'signal' | 'source'>,
  ): Promise<TableResult> {
    const { cluster } = this.session
    if (cluster !== undefined) {
      const configuration = Object.fromEntries(this.session.options.entries())
      const job = await cluster.submit({ name: title, script: script(), configuration })
      if (this.#waitsForInserts) await job.wait()
      return listResult(JOB_ID, [[job.id]], 'SUCCESS_WITH_CONTENT', job.id)
    }
    const job = await this.session.submit(plan, title, extra)
    if (this.#waitsForInserts) await job.wait()
    const list = listResult(JOB_ID, [[job.id]], 'SUCCESS_WITH_CONTENT')
    return new TableResult(JOB_ID, 'SUCCESS_WITH_CONTENT', { kind: 'rows', rows: await list.collect() }, job)
  }
}

const JOB_ID = [{ name: 'job id', type: { kind: 'VARCHAR', nullable: true, length: 2147483647 } as const }]

/** The name that Flink's streaming programs use; the same here, as everything streams. */
export class StreamTableEnvironment extends TableEnvironment {
  static override create(
    environment?: StreamExecutionEnvironment | EnvironmentSettings | TableEnvironmentOptions,
    settings?: EnvironmentSettings,
  ): StreamTableEnvironment {
    const options = environmentOptions(settings) ?? {}
    const configuration = isExecutionEnvironment(environment)
      ? environment.configuration
      : environmentOptions(environment)?.configuration
    const base = isExecutionEnvironment(environment) ? {} : environmentOptions(environment)
    return new StreamTableEnvironment({
      ...base,
      ...options,
      configuration: { ...configuration, ...options.configuration },
    })
  }
}

function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, (errors[0] as Error).message)
}

/** Give an error that has a span the text that it points into. */
function located<T>(source: SourceText, run: () => T): T {
  const add = (error: unknown) => (isRivuletError(error) && error.span !== undefined ? error.in(source) : error)
  try {
    const result = run()
    return result instanceof Promise
      ? (result.catch((error: unknown) => {
          throw add(error)
        }) as T)
      : result
  } catch (error) {
    throw add(error)
  }
}
