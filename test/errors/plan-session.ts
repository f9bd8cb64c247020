/** A planner with the built-in registries, for tests: SQL in, plan, schema, text or error out. */
import { SessionOptions } from '../../src/catalog/session-options.ts'
import { Catalog } from '../../src/catalog/catalog.ts'
import type { Connector } from '../../src/connectors/contract.ts'
import { connectors } from '../../src/connectors/registry.ts'
import { foldConstants } from '../../src/expr/fold.ts'
import type { EvalContext } from '../../src/expr/function.ts'
import { formats } from '../../src/formats/registry.ts'
import { aggregateNames, findAggregateFunction } from '../../src/functions/aggregate/index.ts'
import { findScalarFunction, scalarFunctions } from '../../src/functions/registry.ts'
import {
  createTable,
  createView,
  explain,
  type PlannedQuery,
  type PlannerContext,
  planInserts,
  planQuery,
} from '../../src/plan/index.ts'
import { parseStatement } from '../../src/sql/index.ts'

/** A connector that takes updates by key, as upsert-kafka does. */
export const upsertSink: Connector = {
  identifier: 'upsert-sink',
  options: [],
  formatOptions: [],
  sink: () => ({
    acceptedChangelog: () => ({ updateBefore: false, updateAfter: true, delete: true }),
    metadata: [],
    parallel: true,
    createWriter: () => {
      throw new Error('plans only')
    },
  }),
}

export class PlanSession {
  readonly context: PlannerContext

  constructor(options: Readonly<Record<string, string>> = {}) {
    const catalog = new Catalog()
    const session = new SessionOptions()
    for (const [key, value] of Object.entries(options)) session.set(key, value)
    const evaluation: EvalContext = {
      timeZone: session.get('table.local-time-zone') ?? 'UTC',
      now: () => 0,
      queryStart: 0,
      random: () => 0.5,
      watermark: () => undefined,
      option: (key) => session.get(key),
    }
    const lookup = {
      scalar: (name: string, user: boolean) => {
        if (!user) return findScalarFunction(name)
        const found = catalog.functionById(name)
        return found?.kind === 'scalar' ? found.fn : undefined
      },
    }
    this.context = {
      catalog,
      functions: {
        scalar: findScalarFunction,
        aggregate: findAggregateFunction,
        names: () => [...scalarFunctions.flatMap((fn) => [fn.name, ...(fn.aliases ?? [])]), ...aggregateNames()],
      },
      connectors: [...connectors, upsertSink],
      formats,
      options: session,
      fold: (expr) => foldConstants(expr, { lookup, context: evaluation }),
    }
  }

  /** Run DDL, or plan a query or INSERT. */
  run(sql: string): PlannedQuery | undefined {
    const source = { name: '<sql>', text: sql }
    const statement = parseStatement(sql)
    switch (statement.kind) {
      case 'create-table':
        createTable(this.context, statement, source)
        return undefined
      case 'create-view':
        createView(this.context, statement, source)
        return undefined
      case 'query':
        return planQuery(this.context, statement, source)
      case 'insert':
        return planInserts(this.context, [statement], source)
      case 'statement-set':
        return planInserts(this.context, statement.statements, source)
      default:
        throw new Error(`no test of ${statement.kind}`)
    }
  }

  plan(sql: string): PlannedQuery {
    const planned = this.run(sql)
    if (planned === undefined) throw new Error('not a query')
    return planned
  }

  explain(sql: string): string {
    const statement = parseStatement(sql)
    if (statement.kind !== 'explain') throw new Error('not EXPLAIN')
    return explain(this.context, statement, { name: '<sql>', text: sql })
  }
}
