/**
 * drop-normalize
 *
 * What   takes changelog normalisation away between an upsert table and a sink that takes changes by key, or the versioned side of
 *        a temporal join
 * Why    what the table says (the newest row of a key, the deletion of a key) is what these want: no state is needed to tell it
 *        again, and Flink needs none either
 * Not    where the sink wants old rows; where a condition reads more than the key; where a metadata column is read, as in Flink (so a
 *        deletion ends the version that it names, by the time of that version); where an expression, or the sink, would miss a
 *        NOT NULL column of a deletion, of which the key alone is known
 */
import { type Expr, inputsOf } from '../../expr/expr.ts'
import { type JoinRel, mapRel, type Rel, type SinkRel, withInputs } from '../nodes.ts'
import { keyOfSink, takesChangesByKey } from '../sink-key.ts'
import { readsKeyOnly, upsertKeys } from '../upsert-keys.ts'
import type { Rule } from './rule.ts'

/** Columns that the consumer gets something of: as they are, or computed with. */
type Uses = ReadonlyMap<number, 'passed' | 'computed'>

export const dropNormalize: Rule = {
  name: 'drop-normalize',
  apply(rel, context) {
    if (context.options.boolean('table.exec.source.cdc-events-duplicate')) return rel
    return mapRel(rel, (node) => {
      if (node.kind === 'sink') return intoSink(node)
      return node.kind === 'join' && node.times?.kind === 'temporal' ? ofVersions(node) : node
    })
  },
}

function intoSink(rel: SinkRel): Rel {
  if (!takesChangesByKey(rel) || keyOfSink(rel) !== 'same' || missesNull(rel)) return rel
  return overInput(rel, drop(rel.input, allOf(rel)))
}

function ofVersions(rel: JoinRel): Rel {
  const right = drop(rel.right, allOf(rel.right))
  return right === rel.right ? rel : { ...rel, right }
}

const allOf = ({ schema }: Rel): Uses => new Map(schema.map((_, i) => [i, 'passed']))

/** Would the sink refuse a deletion, which has NULL in a column that is NOT NULL there? */
function missesNull({ table, notNull, schema }: SinkRel): boolean {
  return notNull.some((column) => !table.primaryKey.includes(schema[column].name))
}

function drop(rel: Rel, uses: Uses): Rel {
  switch (rel.kind) {
    case 'project':
      return overInput(rel, drop(rel.input, usesBelow(rel.exprs, uses)))
    case 'filter':
      return readsKeyOnly(rel.condition, upsertKeys(rel.input)) ? overInput(rel, drop(rel.input, uses)) : rel
    case 'normalize':
      return rel.condition !== undefined || isNeeded(rel.input, rel.key, uses) ? rel : rel.input
    default:
      return rel
  }
}

function usesBelow(exprs: readonly Expr[], uses: Uses): Uses {
  const below = new Map<number, 'passed' | 'computed'>()
  for (const [column, use] of uses) {
    const expr = exprs[column]
    if (expr.kind !== 'input') for (const input of inputsOf(expr)) below.set(input, 'computed')
    else if (below.get(expr.index) !== 'computed') below.set(expr.index, use)
  }
  return below
}

function isNeeded(rel: Rel, key: readonly number[], uses: Uses): boolean {
  if (rel.kind === 'project') return isNeeded(rel.input, keyBelow(rel.exprs, key), usesBelow(rel.exprs, uses))
  if (rel.kind !== 'scan') return true
  const { produced, projections, schema } = rel
  return [...uses].some(([column, use]) => {
    if (key.includes(column)) return false
    const metadata = [...inputsOf(projections[column])].some((i) => produced[i].metadata !== undefined)
    return metadata || (use === 'computed' && !schema[column].type.nullable)
  })
}

/** Pruning makes projections of plain columns, in which the key is. */
function keyBelow(exprs: readonly Expr[], key: readonly number[]): readonly number[] {
  return key.flatMap((column) => [...inputsOf(exprs[column])])
}

function overInput(rel: Rel & { readonly input: Rel }, input: Rel): Rel {
  return input === rel.input ? rel : withInputs(rel, [input])
}
