/**
 * Schemas and types against the answers of a real Flink 2.3 (`test/conformance`).
 *
 * Law: what binds has exactly Flink's schema, time attributes included; what Flink refuses while validating or planning is
 * refused; the number of cases that bind may only rise.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isRivuletError } from '../base/errors.ts'
import { typeTextWithAttribute } from '../types/logical-type.ts'
import { PlanSession } from './session.case.ts'

interface Case {
  readonly id: string
  readonly ddl?: readonly string[]
  readonly query?: string
  readonly expr?: string
  readonly tz?: string
  readonly set?: Readonly<Record<string, string>>
  readonly schema?: readonly (readonly [string, string])[]
  readonly type?: string
  readonly error?: { readonly phase: string; readonly message: string }
}

const read = (name: string): readonly Case[] =>
  JSON.parse(readFileSync(new URL(`../../test/conformance/${name}.public.json`, import.meta.url), 'utf8'))

function schemaOf(c: Case): readonly (readonly [string, string])[] | 'refused' {
  const session = new PlanSession({ ...c.set, 'table.local-time-zone': c.tz ?? 'UTC' })
  try {
    for (const ddl of c.ddl ?? []) session.run(ddl)
    const { schema } = session.plan(c.query ?? `SELECT ${c.expr}`)
    return schema.map(({ name, type }) => [name, typeTextWithAttribute(type)] as const)
  } catch (error) {
    if (!isRivuletError(error)) throw error
    assert.notEqual(error.domain, 'internal', `${c.id}: ${error.message}`)
    return 'refused'
  }
}

/** Refused by Flink, accepted here: a table that can only be looked up, read as a stream. */
const ACCEPTED = ['q.lookup_join.fcb11beb']

test('queries: equal schemas, and no case that Flink refuses is planned', () => {
  let equal = 0
  for (const c of read('queries')) {
    const found = schemaOf(c)
    if (found === 'refused') continue
    if (c.error === undefined) {
      assert.deepEqual(found, c.schema, `${c.id}: ${c.query}`)
      equal++
    } else if (c.error.phase !== 'run' && !ACCEPTED.includes(c.id)) assert.fail(`${c.id} is planned: ${c.query}`)
  }
  assert.ok(equal >= 208, `${equal} schemas`)
})

test('expressions: equal types', () => {
  let equal = 0
  for (const c of read('functions')) {
    if (c.error !== undefined) continue
    const found = schemaOf(c)
    if (found === 'refused') continue
    assert.equal(found[0][1], c.type, `${c.id}: ${c.expr}`)
    equal++
  }
  assert.ok(equal >= 3536, `${equal} types`)
})
