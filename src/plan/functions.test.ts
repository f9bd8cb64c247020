/** Functions of users in plans: found by name, called by id, never folded, never moved into a scan. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { walkExpr } from '../expr/expr.ts'
import { args, returns } from '../expr/signature.ts'
import { scalar } from '../functions/define.ts'
import { INT, STRING } from '../types/logical-type.ts'
import { PlanSession } from './session.case.ts'

const declared = scalar({
  name: 'province_id_to_name',
  theme: 'string',
  doc: 'test',
  signature: args([INT], returns(STRING)),
  nulls: 'custom',
  eval: () => {
    throw new Error('called while planning')
  },
  examples: [],
})

function session(): PlanSession {
  const made = new PlanSession()
  made.run("CREATE TABLE a (id INT, k STRING) WITH ('connector' = 'inline')")
  return made
}

function callsOf(made: PlanSession, sql: string): string[] {
  const calls: string[] = []
  for (const node of made.plan(sql).plan.nodes) {
    const exprs = node.kind === 'calc' ? [...node.projections, ...(node.condition ? [node.condition] : [])] : []
    if (node.kind === 'source-scan') assert.equal(node.condition, undefined)
    for (const expr of exprs)
      walkExpr(expr, (e) => e.kind === 'call' && e.user === true && calls.push(`${node.kind} ${e.fn}`))
  }
  return calls
}

test('of the session, in any case, and in front of a built-in', () => {
  const made = session()
  made.context.catalog.createTemporarySystemFunction('province_id_to_name', { kind: 'scalar', name: 'p', fn: declared })
  made.context.catalog.createTemporarySystemFunction('upper', { kind: 'scalar', name: 'u', fn: declared })
  assert.deepEqual(callsOf(made, 'SELECT Province_Id_To_Name(id), UPPER(id) FROM a'), [
    'calc province_id_to_name',
    'calc upper',
  ])
})

test('of a database, by its full name; a built-in of the name comes first', () => {
  const made = session()
  const { catalog } = made.context
  catalog.createFunction(catalog.qualify(['twice']), { kind: 'scalar', name: 'twice', fn: declared })
  catalog.createFunction(catalog.qualify(['lower']), { kind: 'scalar', name: 'lower', fn: declared })
  const id = 'default_catalog.default_database.twice'
  assert.deepEqual(callsOf(made, 'SELECT twice(id), default_database.twice(1), LOWER(k) FROM a'), [
    `calc ${id}`,
    `calc ${id}`,
  ])
})

test('a condition with one stays above the scan', () => {
  const made = session()
  made.context.catalog.createTemporarySystemFunction('f', { kind: 'scalar', name: 'f', fn: declared })
  assert.deepEqual(callsOf(made, "SELECT id FROM a WHERE f(id) = 'x'"), ['calc f'])
})
