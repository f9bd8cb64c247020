/**
 * Joins: regular, of windows, temporal, by interval, by lookup.
 *
 * Law: equalities of columns become the keys, what is left the condition.
 */
import { fail } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import type { JoinSideKey } from '../../operators/join/node.ts'
import type { PlanNode } from '../../operators/nodes.ts'
import { conjunction, conjunctsOf } from '../bind/build.ts'
import type { Planned } from '../changelog.ts'
import { exprText, namesOf, windowText } from '../describe.ts'
import { lookupKeys } from '../lookup-keys.ts'
import type { JoinRel, LookupJoinRel } from '../nodes.ts'
import { keyPair } from '../rules/join-keys.ts'
import { upsertKeys } from '../upsert-keys.ts'
import { windowJoin } from '../window-columns.ts'
import { forward, keyed, type NodeBuilder } from './builder.ts'

function ttlText(ttl: JoinRel['ttl']): string {
  if (ttl === undefined) return ''
  return `, stateTtl=[${Object.entries(ttl)
    .map(([side, ms]) => `${side}: ${ms} ms`)
    .join(', ')}]`
}

export function join(builder: NodeBuilder, planned: Planned, rel: JoinRel): PlanNode {
  const width = rel.left.schema.length
  const left = builder.build(planned.inputs[0])
  const right = builder.build(planned.inputs[1])
  const windows = windowJoin(rel)
  const isBound = (l: number, r: number) =>
    windows !== undefined &&
    ((windows.left.start.includes(l) && windows.right.start.includes(r)) ||
      (windows.left.end.includes(l) && windows.right.end.includes(r)))
  const leftKeys: number[] = []
  const rightKeys: number[] = []
  const filterNulls: boolean[] = []
  const rest: Expr[] = []
  for (const condition of conjunctsOf(rel.condition)) {
    const pair = keyPair(condition, width)
    if (pair?.left.kind === 'input' && pair.right.kind === 'input') {
      if (isBound(pair.left.index, pair.right.index - width)) continue
      leftKeys.push(pair.left.index)
      rightKeys.push(pair.right.index - width)
      filterNulls.push(pair.filterNulls)
    } else rest.push(condition)
  }
  const condition = conjunction(rest)
  const names = [...namesOf(left.schema), ...namesOf(right.schema)]
  const keyTexts = leftKeys.map((key, k) => `${names[key]} = ${names[width + rightKeys[k]]}`)
  const where = [...keyTexts, ...(condition === undefined ? [] : [exprText(condition, names)])].join(' AND ')
  const common = {
    schema: rel.schema,
    changelog: planned.mode,
    upsertKeys: upsertKeys(rel),
    inputs: [keyed(left, leftKeys), keyed(right, rightKeys)],
    leftKeys,
    rightKeys,
    filterNulls,
    ...(condition && { condition }),
  }
  const text = (extra: string) =>
    `joinType=[${rel.joinType}]${extra}, where=[${where === '' ? 'true' : where}], select=[${namesOf(rel.schema).join(', ')}])`
  const { joinType, times } = rel
  if (windows !== undefined) {
    if (windows.left.window.time === 'proctime') {
      const feature = 'A join of windows over processing time (window join)'
      fail('PLAN_NOT_SUPPORTED', { feature, hint: 'Use windows over event time.' }, rel.place ?? {})
    }
    return builder.add({
      kind: 'window-join',
      ...common,
      joinType,
      leftEnd: windows.left.end[0],
      rightEnd: windows.right.end[0],
      timeZone: windows.left.window.timeZone,
      description: `WindowJoin(window=[${windowText(windows.left.window, names)}], ${text('')}`,
    })
  }
  if (times?.kind === 'temporal') {
    return builder.add({
      kind: 'temporal-join',
      ...common,
      joinType: joinType === 'left' ? 'left' : 'inner',
      leftTime: times.left,
      rightTime: times.right - width,
      description: `TemporalJoin(${text(`, version=[${names[times.right]} at ${names[times.left]}]`)}`,
    })
  }
  if (
    times?.kind === 'interval' &&
    (joinType === 'inner' || joinType === 'left' || joinType === 'right' || joinType === 'full')
  ) {
    const bounds = `isRowTime=${times.time === 'rowtime'}, leftLowerBound=${times.lower}, leftUpperBound=${times.upper}, leftTimeIndex=${times.left}, rightTimeIndex=${times.right - width}`
    const cleanUp = builder.context.options.duration('table.exec.interval-join.min-cleanup-interval') ?? 0
    return builder.add({
      kind: 'interval-join',
      ...common,
      joinType,
      time: times.time,
      leftTime: times.left,
      rightTime: times.right - width,
      lower: times.lower,
      upper: times.upper,
      minCleanUpMs: Math.max(0, cleanUp),
      description: `IntervalJoin(${text(`, windowBounds=[${bounds}]`)}`,
    })
  }
  return builder.add({
    kind: 'join',
    ...common,
    joinType,
    leftKey: sideKey(left, leftKeys),
    rightKey: sideKey(right, rightKeys),
    ...(rel.ttl && { stateTtl: rel.ttl }),
    description: `Join(${text(ttlText(rel.ttl))}`,
  })
}

export function lookupJoin(builder: NodeBuilder, planned: Planned, rel: LookupJoinRel): PlanNode {
  const { lookup, joinType, place } = rel
  const input = builder.build(planned.inputs[0])
  const { keys, rest } = lookupKeys(rel)
  if (keys.length === 0) {
    const problem = `the join needs an equality between a column of '${lookup.catalogTable.path.name}' and a value of the left side or a constant of the same type`
    fail('PLAN_TEMPORAL_JOIN', { problem, hint: 'Write ON a.k = b.k with a plain column of the table.' }, place ?? {})
  }
  const names = [...namesOf(input.schema), ...namesOf(lookup.schema)]
  const by = keys.map(({ column, value }) => `${lookup.produced[column].name}=${exprText(value, names)}`)
  const where = rest === undefined ? '' : `, where=[${exprText(rest, names)}]`
  return builder.add({
    kind: 'lookup-join',
    schema: rel.schema,
    changelog: planned.mode,
    upsertKeys: upsertKeys(rel),
    inputs: [forward(input)],
    table: lookup.table,
    produced: lookup.produced,
    projections: lookup.projections,
    joinType,
    keys,
    ...(rest && { condition: rest }),
    description: `LookupJoin(table=[${lookup.table.name}], joinType=[${joinType}], lookup=[${by.join(', ')}]${where}, select=[${namesOf(rel.schema).join(', ')}])`,
  })
}

function sideKey(node: PlanNode, keys: readonly number[]): JoinSideKey {
  const unique = node.upsertKeys
  if (unique.some((key) => key.every((column) => keys.includes(column)))) return { kind: 'join-key-unique' }
  const [shortest] = unique
  return shortest === undefined ? { kind: 'none' } : { kind: 'unique', columns: shortest }
}
