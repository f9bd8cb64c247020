/**
 * The primary key of a table that is written to, and what identifies a row of the query.
 *
 * Law (Flink's): where they are the same, the newest row of a key replaces the one before. Where the table's key has columns more,
 * an old row must be taken back, since the new one may be another row of the table. Anything else needs the history of the
 * query's rows; for a query without changes it is enough that the newest row counts, which ON CONFLICT says.
 */
import { fail } from '../base/errors.ts'
import type { PlannerContext } from './context.ts'
import type { SinkRel } from './nodes.ts'
import { upsertKeys } from './upsert-keys.ts'

/** Does the connector take changes by key (an upsert sink)? */
export function takesChangesByKey({ table, accepts }: SinkRel): boolean {
  const accepted = accepts({ updateBefore: true, updateAfter: true, delete: true })
  return table.primaryKey.length > 0 && accepted.updateAfter && !accepted.updateBefore
}

export function keyOfSink(rel: SinkRel): 'same' | 'wider' | 'other' {
  const key = rel.table.primaryKey.map((name) => rel.schema.findIndex((field) => field.name === name))
  const within = upsertKeys(rel.input).filter((columns) => columns.every((column) => key.includes(column)))
  if (within.length === 0) return 'other'
  return within.some((columns) => columns.length === key.length) ? 'same' : 'wider'
}

/** @param changes does the query give updates or deletes */
export function checkSinkKey(rel: SinkRel, changes: boolean, context: PlannerContext): void {
  const table = rel.catalogTable.path.name
  const key = rel.table.primaryKey.join(', ')
  if (!takesChangesByKey(rel)) {
    if (rel.onConflict === undefined) return
    const problem = `it takes no changes by key (connector '${rel.table.options.connector ?? ''}')`
    fail('PLAN_ON_CONFLICT', { table, problem, hint: 'Remove the clause.' }, rel.place)
  }
  if (rel.onConflict !== undefined && rel.onConflict !== 'DEDUPLICATE') {
    const feature = `ON CONFLICT DO ${rel.onConflict}`
    const hint = 'ON CONFLICT DO DEDUPLICATE takes the newest row of each key.'
    fail('PLAN_NOT_SUPPORTED', { feature, hint }, rel.place)
  }
  const match = keyOfSink(rel)
  if (changes && match === 'other') {
    fail(
      'PLAN_NOT_SUPPORTED',
      {
        feature: `A query whose rows are not identified by the primary key of '${table}' (${key})`,
        hint: 'Group by exactly the primary key of the table, or choose the columns that identify a row of the query as its primary key.',
      },
      rel.place,
    )
  }
  // Of a query without changes, one that has a single row says nothing about the key.
  const identified =
    match === 'same' || (match === 'wider' && !upsertKeys(rel.input).some(({ length }) => length === 0))
  if (changes || identified || rel.onConflict !== undefined) return
  if (context.options.boolean('table.exec.sink.require-on-conflict')) fail('PLAN_SINK_KEY', { table, key }, rel.place)
}
