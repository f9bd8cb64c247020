/**
 * Projections, filters, asynchronous calls and table functions.
 *
 * Law: a filter and the projection above it are one calc; asynchronous calls stand below it, stage by stage.
 */
import type { Expr } from '../../expr/expr.ts'
import { argumentsOf } from '../../operators/correlate/node.ts'
import type { PlanNode } from '../../operators/nodes.ts'
import type { Schema } from '../../types/batch.ts'
import { hasAsyncCall, splitAsyncCalls } from '../async-calls.ts'
import { conjunction, conjunctsOf, inputAt, shiftInputs } from '../bind/build.ts'
import type { Planned } from '../changelog.ts'
import { exprText, namesOf, tableCallText } from '../describe.ts'
import type { CorrelateRel } from '../nodes.ts'
import { mapTableCall } from '../rules/rule.ts'
import { upsertKeys } from '../upsert-keys.ts'
import { forward, type NodeBuilder } from './builder.ts'

/** WHERE and projection in one loop, also where a filter stands directly below. */
export function calc(builder: NodeBuilder, planned: Planned, schema: Schema, projections: readonly Expr[]): PlanNode {
  let below = planned
  const conditions: Expr[] = []
  if (planned.rel.kind === 'filter') conditions.push(planned.rel.condition)
  let next = planned.inputs[0]
  while (next.rel.kind === 'filter' && !next.dropUpdateBefore) {
    conditions.push(next.rel.condition)
    below = next
    next = next.inputs[0]
  }
  const front = builder.build(below.inputs[0])
  const asynchronous = [...conditions, ...projections].some((expr) => hasAsyncCall(expr, builder.context))
  const { input, ...rest } = asynchronous
    ? asyncCalls(builder, planned, front, conditions.reverse(), projections)
    : { input: front, condition: conjunction(conditions.reverse()), projections }
  return calcNode(builder, planned, schema, input, rest.condition, rest.projections)
}

/** Conditions without asynchronous calls, then the calls, stage by stage; what is left is an ordinary calc. */
export function asyncCalls(
  builder: NodeBuilder,
  planned: Planned,
  below: PlanNode,
  conditions: readonly Expr[],
  projections: readonly Expr[],
) {
  const isAsync = (expr: Expr) => hasAsyncCall(expr, builder.context)
  const first = conjunction(conditions.flatMap(conjunctsOf).filter((expr) => !isAsync(expr)))
  const after = conditions.flatMap(conjunctsOf).filter(isAsync)
  const all = below.schema.map((_, i) => inputAt(below.schema, i))
  let input =
    first === undefined ? below : calcNode(builder, planned, below.schema, below, first, all, below.upsertKeys)
  const { stages, exprs } = splitAsyncCalls([...after, ...projections], below.schema.length, builder.context)
  for (const calls of stages) {
    const names = namesOf(input.schema)
    const results = calls.map((expr, i) => ({ name: `async$${input.schema.length + i}`, type: expr.type }))
    input = builder.add({
      kind: 'async-calc',
      schema: [...input.schema, ...results],
      changelog: input.changelog,
      upsertKeys: input.upsertKeys,
      inputs: [forward(input)],
      calls,
      description: `AsyncCalc(calls=[${calls.map((expr) => exprText(expr, names)).join(', ')}])`,
    })
  }
  return { input, condition: conjunction(exprs.slice(0, after.length)), projections: exprs.slice(after.length) }
}

export function calcNode(
  builder: NodeBuilder,
  planned: Planned,
  schema: Schema,
  input: PlanNode,
  condition: Expr | undefined,
  projections: readonly Expr[],
  keys = upsertKeys(planned.rel),
): PlanNode {
  const names = namesOf(input.schema)
  const selected = projections.map((expr, i) => {
    const text = exprText(expr, names)
    return text === schema[i].name ? text : `${text} AS ${schema[i].name}`
  })
  const where = condition === undefined ? '' : `, where=[${exprText(condition, names)}]`
  return builder.add({
    kind: 'calc',
    schema,
    changelog: planned.mode,
    upsertKeys: keys,
    inputs: [forward(input)],
    ...(condition && { condition }),
    projections,
    description: `Calc(select=[${selected.join(', ')}]${where})`,
  })
}

export function correlate(builder: NodeBuilder, planned: Planned, rel: CorrelateRel): PlanNode {
  const front = builder.build(planned.inputs[0])
  const width = front.schema.length
  const given = argumentsOf(rel.table)
  // Results of asynchronous functions among the arguments are columns of the input meanwhile.
  const { input, projections: args } = given.some((arg) => hasAsyncCall(arg, builder.context))
    ? asyncCalls(builder, planned, front, [], given)
    : { input: front, projections: given }
  const shift = input.schema.length - width
  const moved = (index: number) => (index < width ? index : index + shift)
  const table = mapTableCall(rel.table, () => args)
  const schema = [...input.schema, ...rel.schema.slice(width)]
  const condition = rel.condition && shiftInputs(rel.condition, moved)
  const where = condition === undefined ? '' : `, condition=[${exprText(condition, namesOf(schema))}]`
  const node = builder.add({
    kind: 'correlate',
    schema,
    changelog: planned.mode,
    upsertKeys: upsertKeys(rel),
    inputs: [forward(input)],
    joinType: rel.joinType,
    table,
    ...(condition && { condition }),
    description: `Correlate(invocation=[${tableCallText(table, namesOf(input.schema))}], joinType=[${rel.joinType}], select=[${namesOf(schema).join(', ')}]${where})`,
  })
  if (shift === 0) return node
  const wanted = rel.schema.map((_, i) => inputAt(schema, moved(i)))
  return calcNode(builder, planned, rel.schema, node, undefined, wanted)
}
