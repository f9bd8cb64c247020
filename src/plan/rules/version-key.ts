/**
 * version-key
 *
 * What   finds the key by which a temporal join tells versions of one row from those of another: a primary key, or what a
 *        view groups or deduplicates by, which the join must equate with columns of the left side
 * Why    versions are kept and found by that key; it is known when views have become what they are, and before columns go
 * Not    where there is none, or a part of it is not in the join: both are errors
 */
import { fail } from '../../base/errors.ts'
import { type JoinRel, mapRel, type Rel } from '../nodes.ts'
import { equalColumns, type Keys, upsertKeys } from '../upsert-keys.ts'
import type { Rule } from './rule.ts'

export const versionKey: Rule = {
  name: 'version-key',
  apply: (rel) => mapRel(rel, (node) => (node.kind === 'join' ? withKey(node) : node)),
}

function withKey(rel: JoinRel): Rel {
  const { times } = rel
  if (times?.kind !== 'temporal') return rel
  const width = rel.left.schema.length
  const equated = equalColumns(rel).map(([, right]) => right - width)
  const keys = upsertKeys(rel.right).filter((key) => key.length > 0)
  const found = keys.find((key) => key.every((column) => equated.includes(column)))
  if (found === undefined) return refuse(rel, keys, equated)
  return { ...rel, times: { ...times, key: found.map((column) => column + width) } }
}

function refuse(rel: JoinRel, keys: Keys, equated: readonly number[]): never {
  const [key] = keys
  if (key === undefined) {
    const problem = `${nameOf(rel.right)} has no primary key, so it has no versions of a row`
    const hint = 'Add PRIMARY KEY (…) NOT ENFORCED to its CREATE TABLE.'
    return fail('PLAN_TEMPORAL_JOIN', { problem, hint }, rel.right.place ?? rel.place ?? {})
  }
  const missing = key.filter((column) => !equated.includes(column))
  const names = missing.map((column) => `'${rel.right.schema[column].name}'`).join(', ')
  const problem = `the condition must equate the whole primary key of the versioned table with columns of the left side, but ${names} is not in it`
  return fail(
    'PLAN_TEMPORAL_JOIN',
    { problem, hint: 'Add a.k = b.k to ON for each column of the key.' },
    rel.place ?? {},
  )
}

function nameOf(rel: Rel): string {
  return rel.kind === 'scan' ? `'${rel.catalogTable.path.name}'` : 'the view'
}
