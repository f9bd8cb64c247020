/** A planner with the built-in registries, for tests: SQL in, plan, schema, text or error out. */

import type { SourceText } from '../base/span.ts'
import { Catalog } from '../catalog/catalog.ts'
import { SessionOptions } from '../catalog/session-options.ts'
import type { Connector } from '../connectors/contract.ts'
import { connectors } from '../connectors/registry.ts'
import { formats } from '../formats/registry.ts'
import { aggregateNames, findAggregateFunction } from '../functions/aggregate/index.ts'
import { findScalarFunction, scalarFunctions } from '../functions/registry.ts'
import type { Statement } from '../sql/ast.ts'
import { parseStatement } from '../sql/index.ts'
import {
  alterObject,
  createTable,
  createView,
  explainStatement,
  type PlannedQuery,
  type PlannerContext,
  planInserts,
  planQuery,
} from './index.ts'

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
    }
  }

  /** Run DDL, or plan a query or INSERTs. */
  run(sql: string): Planned | undefined {
    return this.runStatement(parseStatement(sql), { name: '<sql>', text: sql })
  }

  runStatement(statement: Statement, source: SourceText): Planned | undefined {
    const fired: string[] = []
    const onRule = (rule: string) => fired.push(rule)
    switch (statement.kind) {
      case 'create-table':
        createTable(this.context, statement, source)
        return undefined
      case 'create-view':
        createView(this.context, statement, source)
        return undefined
      case 'alter-table':
      case 'alter-view':
        alterObject(this.context, statement, source)
        return undefined
      case 'query':
        return { ...planQuery(this.context, statement, source, onRule), fired }
      case 'insert':
        return { plan: planInserts(this.context, [{ insert: statement, source }], onRule), schema: [], fired }
      case 'statement-set': {
        const inserts = statement.statements.map((insert) => ({ insert, source }))
        return { plan: planInserts(this.context, inserts, onRule), schema: [], fired }
      }
      case 'execute':
        return this.runStatement(statement.statement, source)
      default:
        throw new Error(`no test of ${statement.kind}`)
    }
  }

  plan(sql: string): Planned {
    const planned = this.run(sql)
    if (planned === undefined) throw new Error('not a query')
    return planned
  }

  explain(sql: string): string {
    return explainStatement(this.context, parseStatement(sql), { name: '<sql>', text: sql })
  }
}

export interface Planned extends PlannedQuery {
  readonly fired: readonly string[]
}
