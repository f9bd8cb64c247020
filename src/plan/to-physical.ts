/**
 * The optimized tree becomes a compiled plan: numbered nodes with distributions, changelog modes and declared state.
 * The nodes themselves are built by theme in `physical/`.
 *
 * Laws
 * - Inputs stand before consumers; ids are 1, 2, 3 … in that order, so that the same SQL gives the same ids.
 * - A filter and the projection above it are one calc; parts of the tree that are equal are one node (a table read twice
 *   in the same way is read once).
 * - Equalities of columns become the keys of a join.
 */

import { fail } from '../base/errors.ts'
import type { Expr } from '../expr/expr.ts'
import type { Distribution } from '../operators/contract.ts'
import type { CompiledPlan, PlanNode } from '../operators/nodes.ts'
import { refuseAsyncCalls } from './async-calls.ts'
import { inputAt } from './bind/build.ts'
import type { Planned } from './changelog.ts'
import type { PlannerContext } from './context.ts'
import { declareState } from './declare-state.ts'
import { callText, exprText, namesOf, overText, windowText } from './describe.ts'
import { matchText } from './describe-match.ts'
import { planText } from './json.ts'
import type { Rel } from './nodes.ts'
import { aggregate } from './physical/aggregate.ts'
import { columns, type Draft, forward, hash, keyed, type NodeBuilder } from './physical/builder.ts'
import { calc, correlate } from './physical/calc.ts'
import { join, lookupJoin } from './physical/join.ts'
import { ranked } from './physical/rank.ts'
import { upsertKeys } from './upsert-keys.ts'

/** Session options that a plan depends on. */
const PLAN_OPTIONS = ['table.local-time-zone', 'parallelism.default', 'table.exec.state.ttl']

export function toPhysical(planned: readonly Planned[], context: PlannerContext): CompiledPlan {
  const builder = new PlanBuilder(context)
  for (const root of planned) builder.build(root)
  const options: Record<string, string> = {}
  for (const key of PLAN_OPTIONS) {
    const value = context.options.get(key)
    if (value !== undefined) options[key] = value
  }
  for (const [key, value] of context.options.entries()) options[key] = value
  return { rivuletPlan: 1, nodes: builder.nodes, options }
}

class PlanBuilder implements NodeBuilder {
  readonly nodes: PlanNode[] = []
  private readonly byContent = new Map<string, PlanNode>()
  private readonly reuse: boolean
  readonly context: PlannerContext

  constructor(context: PlannerContext) {
    this.context = context
    this.reuse = context.options.boolean('table.optimizer.reuse-sub-plan-enabled')
  }

  build(planned: Planned): PlanNode {
    const node = this.node(planned)
    if (!planned.dropUpdateBefore) return node
    return this.add({
      kind: 'drop-update-before',
      inputs: [forward(node)],
      schema: node.schema,
      changelog: { ...planned.mode, updateBefore: false },
      upsertKeys: node.upsertKeys,
      description: 'DropUpdateBefore',
    })
  }

  add(draft: Draft): PlanNode {
    const content = planText({ ...draft, description: undefined }, true)
    const known = this.byContent.get(content)
    const shared = this.reuse && draft.kind !== 'sink' && draft.kind !== 'collect'
    if (known !== undefined && shared) return known
    const bare = { ...draft, id: this.nodes.length + 1, version: 1, state: {} } as PlanNode
    const inputs = draft.inputs.map((input) => this.nodes[input.node - 1].schema)
    const ttlMs = this.context.options.duration('table.exec.state.ttl') ?? 0
    const request = { node: bare, inputs, ...(ttlMs > 0 && { ttlMs }) }
    const node = { ...bare, state: declareState(request, this.context) }
    this.nodes.push(node)
    this.byContent.set(content, node)
    return node
  }

  private node(planned: Planned): PlanNode {
    const { rel, mode } = planned
    refuseAsyncCalls(waitlessExprs(rel), this.context)
    const common = { schema: rel.schema, changelog: mode, upsertKeys: upsertKeys(rel) }
    switch (rel.kind) {
      case 'scan': {
        const { table, produced, projections, watermark, condition, limit } = rel
        return this.add({
          kind: 'source-scan',
          ...common,
          inputs: [],
          table,
          produced,
          projections,
          ...(watermark && { watermark }),
          ...(condition && { condition }),
          ...(limit !== undefined && { limit }),
          description: scanText(rel),
        })
      }
      case 'values':
        return this.add({
          kind: 'values',
          ...common,
          inputs: [],
          rows: rel.rows,
          description: `Values(rows=[${rel.rows.length}], fields=[${namesOf(rel.schema).join(', ')}])`,
        })
      case 'filter':
        return calc(
          this,
          planned,
          rel.schema,
          rel.schema.map((_, i) => inputAt(rel.schema, i)),
        )
      case 'project':
        return calc(this, planned, rel.schema, rel.exprs)
      case 'normalize': {
        const input = this.build(planned.inputs[0])
        return this.add({
          kind: 'changelog-normalize',
          ...common,
          inputs: [hash(input, rel.key)],
          uniqueKey: rel.key,
          emitUpdateBefore: mode.updateBefore,
          ...(rel.condition && { condition: rel.condition }),
          description: `ChangelogNormalize(key=[${columns(rel.key, rel.schema)}]${rel.condition ? `, condition=[${exprText(rel.condition, namesOf(rel.schema))}]` : ''})`,
        })
      }
      case 'aggregate':
      case 'group-window-aggregate':
      case 'window-aggregate':
        return aggregate(this, planned)
      case 'window-table-function': {
        const input = this.build(planned.inputs[0])
        const { shape } = rel.window
        const partitioned = shape.type === 'session'
        const from = !partitioned ? forward(input) : keyed(input, shape.partition)
        const names = namesOf(input.schema)
        return this.add({
          kind: 'window-table-function',
          ...common,
          inputs: [from],
          window: rel.window,
          description: `WindowTableFunction(window=[${windowText(rel.window, names)}])`,
        })
      }
      case 'over': {
        const input = this.build(planned.inputs[0])
        const names = namesOf(input.schema)
        const width = input.schema.length
        const aggregates = rel.calls.map((call, i) => ({
          ...call,
          // Rows leave a bounded frame again.
          retract: rel.window.frame.preceding !== undefined,
          name: rel.schema[width + i].name,
        }))
        const select = [...names, ...aggregates.map((call) => `${callText(call, names)} AS ${call.name}`)]
        return this.add({
          kind: 'over-aggregate',
          ...common,
          inputs: [keyed(input, rel.window.partition)],
          window: rel.window,
          aggregates,
          description: `OverAggregate(${overText(rel.window, names)}, select=[${select.join(', ')}])`,
        })
      }
      case 'join':
        return join(this, planned, rel)
      case 'lookup-join':
        return lookupJoin(this, planned, rel)
      case 'correlate':
        return correlate(this, planned, rel)
      case 'row-number':
        return fail('PLAN_INTERNAL', { detail: 'a row number without a range' })
      case 'rank':
      case 'deduplicate':
      case 'window-rank':
      case 'temporal-sort':
        return ranked(this, planned, rel)
      case 'match': {
        const input = this.build(planned.inputs[0])
        const { time, timeColumn, order, partition, pattern, skip, withinMs, measures } = rel
        return this.add({
          kind: 'match',
          ...common,
          inputs: [keyed(input, partition)],
          time,
          timeColumn,
          order,
          partition,
          pattern,
          skip,
          ...(withinMs !== undefined && { withinMs }),
          measures,
          description: matchText(rel, namesOf(input.schema)),
        })
      }
      case 'union': {
        const inputs = planned.inputs.map((input) => forward(this.build(input)))
        return this.add({
          kind: 'union',
          ...common,
          inputs,
          description: `Union(all=[true], inputs=[${inputs.length}])`,
        })
      }
      case 'sink': {
        const input = this.build(planned.inputs[0])
        const { table, consumed, notNull, notNullEnforcer, parallel } = rel
        const key = table.primaryKey.map((name) => rel.schema.findIndex((field) => field.name === name))
        // Changes of one key must stay in order: they go to one subtask.
        const changes = mode.updateAfter || mode.delete
        const distribution: Distribution = !parallel
          ? { kind: 'single' }
          : changes && key.length > 0
            ? { kind: 'hash', keys: key }
            : { kind: 'forward' }
        return this.add({
          kind: 'sink',
          ...common,
          inputs: [{ node: input.id, distribution }],
          table,
          consumed,
          notNull,
          notNullEnforcer,
          description: `Sink(table=[${table.name}], fields=[${namesOf(rel.schema).join(', ')}]${rel.onConflict ? `, conflictStrategy=[${rel.onConflict}]` : ''})`,
        })
      }
      case 'collect': {
        const input = this.build(planned.inputs[0])
        return this.add({
          kind: 'collect',
          ...common,
          inputs: [{ node: input.id, distribution: { kind: 'single' } }],
          description: `Collect(fields=[${namesOf(rel.schema).join(', ')}])`,
        })
      }
    }
  }
}

/** Expressions of operators that evaluate row by row. */
function waitlessExprs(rel: Rel): readonly (Expr | undefined)[] {
  switch (rel.kind) {
    case 'scan':
      return [...rel.projections, rel.condition, rel.watermark?.expr]
    case 'values':
      return rel.rows.flat()
    case 'normalize':
    case 'join':
    case 'lookup-join':
    case 'correlate':
      return [rel.condition]
    default:
      return []
  }
}

function scanText(rel: Rel & { readonly kind: 'scan' }): string {
  const names = namesOf(rel.schema)
  const produced = rel.produced.map((column) => column.name)
  const parts = [`table=[${rel.table.name}]`, `fields=[${names.join(', ')}]`, `produced=[${produced.join(', ')}]`]
  if (rel.watermark !== undefined) parts.push(`watermark=[${exprText(rel.watermark.expr, names)}]`)
  if (rel.condition !== undefined) parts.push(`filter=[${exprText(rel.condition, names)}]`)
  return `TableSourceScan(${parts.join(', ')})`
}
