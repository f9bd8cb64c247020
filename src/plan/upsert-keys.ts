/**
 * Which sets of columns are unique in a relation's table at any time.
 *
 * Law: if two rows of the table agree on all columns of a key, they are one row; an empty key means one row at most. A
 * changelog may leave out -U rows only towards a consumer that identifies rows by such a key.
 */
import { type Expr, inputsOf } from '../expr/expr.ts'
import { conjunctsOf } from './bind/build.ts'
import type { JoinRel, Rel } from './nodes.ts'

export type Keys = readonly (readonly number[])[]

const known = new WeakMap<Rel, Keys>()

export function upsertKeys(rel: Rel): Keys {
  let keys = known.get(rel)
  if (keys === undefined) {
    keys = distinctKeys(infer(rel))
    known.set(rel, keys)
  }
  return keys
}

function infer(rel: Rel): Keys {
  switch (rel.kind) {
    case 'scan': {
      const { primaryKey } = rel.table
      const key = primaryKey.map((name) => rel.schema.findIndex((field) => field.name === name))
      return key.length > 0 && !key.includes(-1) ? [key] : []
    }
    case 'normalize':
      return [rel.key]
    case 'values':
      return rel.rows.length <= 1 ? [[]] : []
    case 'project':
      return upsertKeys(rel.input).flatMap((key) => {
        const mapped = key.map((column) =>
          rel.exprs.findIndex((expr) => expr.kind === 'input' && expr.index === column),
        )
        return mapped.includes(-1) ? [] : [mapped]
      })
    case 'filter':
    case 'over':
    case 'sink':
    case 'collect':
      return upsertKeys(rel.input)
    case 'temporal-sort':
      return upsertKeys(rel.input)
    case 'deduplicate':
      return [rel.key]
    case 'rank': {
      const { range, partition } = rel
      const keys = upsertKeys(rel.input)
      if (range.kind === 'constant' && range.start === range.end) return [partition, ...keys]
      return rel.outputRank ? [[...partition, rel.input.schema.length], ...keys] : keys
    }
    case 'aggregate':
      return [rel.grouping.map((_, i) => i)]
    case 'group-window-aggregate':
    case 'window-aggregate': {
      const at = rel.grouping.length + rel.calls.length
      const grouping = rel.grouping.map((_, i) => i)
      const properties: readonly string[] = rel.properties
      return properties.flatMap((property, i) => (property === 'proctime' ? [] : [[...grouping, at + i]]))
    }
    case 'join':
      return joinKeys(rel)
    default:
      return []
  }
}

function joinKeys(rel: JoinRel): Keys {
  const left = upsertKeys(rel.left)
  if (rel.times?.kind === 'temporal') return left
  if (rel.times !== undefined) return []
  if (rel.joinType === 'semi' || rel.joinType === 'anti') return left
  const width = rel.left.schema.length
  const right = upsertKeys(rel.right).map((key) => key.map((column) => column + width))
  const pairs = equalColumns(rel)
  const leftUnique = isUnique(
    left,
    pairs.map(([l]) => l),
  )
  const rightUnique = isUnique(
    right,
    pairs.map(([, r]) => r),
  )
  const keys: (readonly number[])[] = []
  if (rightUnique && (rel.joinType === 'inner' || rel.joinType === 'left')) keys.push(...left)
  if (leftUnique && (rel.joinType === 'inner' || rel.joinType === 'right')) keys.push(...right)
  for (const l of left) for (const r of right) keys.push([...l, ...r])
  return keys
}

function isUnique(keys: Keys, columns: readonly number[]): boolean {
  return keys.some((key) => key.every((column) => columns.includes(column)))
}

/** Pairs of plain columns that the join equates: [left, right], both of the joined row. */
export function equalColumns(rel: JoinRel): readonly (readonly [number, number])[] {
  const width = rel.left.schema.length
  return conjunctsOf(rel.condition).flatMap((condition): [number, number][] => {
    if (condition.kind !== 'call' || (condition.fn !== '=' && condition.fn !== 'IS NOT DISTINCT FROM')) return []
    const [a, b] = condition.args.map(columnOf)
    if (a === undefined || b === undefined || a < width === b < width) return []
    return a < width ? [[a, b]] : [[b, a]]
  })
}

function columnOf(expr: Expr): number | undefined {
  return expr.kind === 'input' ? expr.index : undefined
}

/** Does the condition read nothing but columns of one of the keys? */
export function readsKeyOnly(condition: Expr, keys: Keys): boolean {
  const columns = [...inputsOf(condition)]
  return keys.some((key) => columns.every((column) => key.includes(column)))
}

/** Without duplicates and without keys that contain another one; at most eight, the shortest. */
function distinctKeys(keys: Keys): Keys {
  const sorted = [...keys].map((key) => [...new Set(key)].sort((a, b) => a - b)).sort((a, b) => a.length - b.length)
  const kept: number[][] = []
  for (const key of sorted) {
    if (!kept.some((other) => other.every((column) => key.includes(column)))) kept.push(key)
  }
  return kept.slice(0, 8)
}
