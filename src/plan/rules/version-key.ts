/**
 * version-key
 *
 * What   checks that a temporal join by event time equates the whole key of its versioned table with columns of the left side
 * Why    versions are kept and found by that key; a view's key is known only when its ROW_NUMBER has become a deduplication,
 *        and the columns of a key that is not in the join are pruned later
 * Not    changes nothing
 */
import { fail } from '../../base/errors.ts'
import { type JoinRel, type Rel, walkRel } from '../nodes.ts'
import { equalColumns, upsertKeys } from '../upsert-keys.ts'
import type { Rule } from './rule.ts'

export const versionKey: Rule = {
  name: 'version-key',
  apply(rel) {
    walkRel(rel, (node) => {
      if (node.kind === 'join' && node.times?.kind === 'temporal') check(node)
    })
    return rel
  },
}

function check(rel: JoinRel): void {
  const width = rel.left.schema.length
  const equated = equalColumns(rel).map(([, right]) => right - width)
  const keys = upsertKeys(rel.right).filter((key) => key.length > 0)
  if (keys.some((key) => key.every((column) => equated.includes(column)))) return
  const [key] = keys
  if (key === undefined) {
    const problem = `${nameOf(rel.right)} has no primary key, so it has no versions of a row`
    const hint = 'Add PRIMARY KEY (…) NOT ENFORCED to its CREATE TABLE.'
    fail('PLAN_TEMPORAL_JOIN', { problem, hint }, rel.right.place ?? rel.place ?? {})
  }
  const missing = key.filter((column) => !equated.includes(column))
  const names = missing.map((column) => `'${rel.right.schema[column].name}'`).join(', ')
  const problem = `the condition must equate the whole primary key of the versioned table with columns of the left side, but ${names} is not in it`
  fail('PLAN_TEMPORAL_JOIN', { problem, hint: 'Add a.k = b.k to ON for each column of the key.' }, rel.place ?? {})
}

function nameOf(rel: Rel): string {
  return rel.kind === 'scan' ? `'${rel.catalogTable.path.name}'` : 'the view'
}
