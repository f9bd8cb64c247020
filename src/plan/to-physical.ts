/**
 * The optimized tree becomes a compiled plan: numbered nodes with distributions, changelog modes and declared state.
 *
 * Laws
 * - Inputs stand before consumers; ids are 1, 2, 3 … in that order, so that the same SQL gives the same ids.
 * - A filter and the projection above it are one calc; parts of the tree that are equal are one node (a table read twice
 *   in the same way is read once).
 * - Equalities of columns become the keys of a join.
 */

import { fail } from '../base/errors.ts'
import type { Expr } from '../expr/expr.ts'
import type { Distribution, NodeInput } from '../operators/contract.ts'
import type { JoinSideKey } from '../operators/join/node.ts'
import type { CompiledPlan, PlanNode } from '../operators/nodes.ts'
import { stateGrouping } from '../operators/window-aggregate/state.ts'
import type { Schema } from '../types/batch.ts'
import { hasAsyncCall, refuseAsyncCalls, splitAsyncCalls } from './async-calls.ts'
import { conjunction, conjunctsOf, inputAt, shiftInputs } from './bind/build.ts'
import type { Planned } from './changelog.ts'
import type { PlannerContext } from './context.ts'
import { declareState } from './declare-state.ts'
import { callText, exprText, namesOf, orderText, overText, rangeText, tableCallText, windowText } from './describe.ts'
import { matchText } from './describe-match.ts'
import { planText } from './json.ts'
import { lookupKeys } from './lookup-keys.ts'
import { needsRetraction } from './monotonicity.ts'
import {
  type CorrelateRel,
  type DeduplicateRel,
  inputsOfRel,
  type JoinRel,
  type LookupJoinRel,
  type RankRel,
  type Rel,
  type TemporalSortRel,
  type WindowRankRel,
} from './nodes.ts'
import { rankStrategy } from './rank-strategy.ts'
import { keyPair } from './rules/join-keys.ts'
import { mapTableCall } from './rules/rule.ts'
import { upsertKeys } from './upsert-keys.ts'
import { windowJoin } from './window-columns.ts'

/** A node before it has an id and state. */
type Draft<N extends PlanNode = PlanNode> = N extends PlanNode ? Omit<N, 'id' | 'version' | 'state'> : never

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

class PlanBuilder {
  readonly nodes: PlanNode[] = []
  private readonly byContent = new Map<string, PlanNode>()
  private readonly reuse: boolean
  private readonly context: PlannerContext
  private readonly miniBatch: { readonly size: number; readonly latencyMs: number } | undefined

  constructor(context: PlannerContext) {
    this.context = context
    this.miniBatch = miniBatchOf(context)
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

  private add(draft: Draft): PlanNode {
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
        return this.calc(
          planned,
          rel.schema,
          rel.schema.map((_, i) => inputAt(rel.schema, i)),
        )
      case 'project':
        return this.calc(planned, rel.schema, rel.exprs)
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
        return this.aggregate(planned)
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
        return this.join(planned, rel)
      case 'lookup-join':
        return this.lookupJoin(planned, rel)
      case 'correlate':
        return this.correlate(planned, rel)
      case 'row-number':
        return fail('PLAN_INTERNAL', { detail: 'a row number without a range' })
      case 'rank':
      case 'deduplicate':
      case 'window-rank':
      case 'temporal-sort':
        return this.ranked(planned, rel)
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
          description: `Sink(table=[${table.name}], fields=[${namesOf(rel.schema).join(', ')}])`,
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

  /** WHERE and projection in one loop, also where a filter stands directly below. */
  private calc(planned: Planned, schema: Schema, projections: readonly Expr[]): PlanNode {
    let below = planned
    const conditions: Expr[] = []
    if (planned.rel.kind === 'filter') conditions.push(planned.rel.condition)
    let next = planned.inputs[0]
    while (next.rel.kind === 'filter' && !next.dropUpdateBefore) {
      conditions.push(next.rel.condition)
      below = next
      next = next.inputs[0]
    }
    const front = this.build(below.inputs[0])
    const asynchronous = [...conditions, ...projections].some((expr) => hasAsyncCall(expr, this.context))
    const { input, ...rest } = asynchronous
      ? this.asyncCalls(planned, front, conditions.reverse(), projections)
      : { input: front, condition: conjunction(conditions.reverse()), projections }
    return this.calcNode(planned, schema, input, rest.condition, rest.projections)
  }

  /** Conditions without asynchronous calls, then the calls, stage by stage; what is left is an ordinary calc. */
  private asyncCalls(planned: Planned, below: PlanNode, conditions: readonly Expr[], projections: readonly Expr[]) {
    const isAsync = (expr: Expr) => hasAsyncCall(expr, this.context)
    const first = conjunction(conditions.flatMap(conjunctsOf).filter((expr) => !isAsync(expr)))
    const after = conditions.flatMap(conjunctsOf).filter(isAsync)
    const all = below.schema.map((_, i) => inputAt(below.schema, i))
    let input = first === undefined ? below : this.calcNode(planned, below.schema, below, first, all, below.upsertKeys)
    const { stages, exprs } = splitAsyncCalls([...after, ...projections], below.schema.length, this.context)
    for (const calls of stages) {
      const names = namesOf(input.schema)
      const results = calls.map((expr, i) => ({ name: `async$${input.schema.length + i}`, type: expr.type }))
      input = this.add({
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

  private calcNode(
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
    return this.add({
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

  private ranked(planned: Planned, rel: RankRel | DeduplicateRel | WindowRankRel | TemporalSortRel): PlanNode {
    const input = this.build(planned.inputs[0])
    const { mode } = planned
    const names = namesOf(input.schema)
    const common = { schema: rel.schema, changelog: mode, upsertKeys: upsertKeys(rel) }
    const select = `select=[${namesOf(rel.schema).join(', ')}]`
    switch (rel.kind) {
      case 'rank': {
        const { partition, order, range, outputRank } = rel
        const strategy = rankStrategy(rel, planned.inputs[0])
        const text = `partitionBy=[${columns(partition, input.schema)}], orderBy=[${orderText(order, names)}], ${select}`
        return this.add({
          kind: 'rank',
          ...common,
          inputs: [keyed(input, partition)],
          partition,
          order,
          range,
          strategy,
          outputRank,
          emitUpdateBefore: mode.updateBefore,
          description: `Rank(strategy=[${strategy.kind}], rankRange=[${rangeText(range, names)}], ${text})`,
        })
      }
      case 'deduplicate': {
        const { key, time, timeColumn, keep } = rel
        return this.add({
          kind: 'deduplicate',
          ...common,
          inputs: [keyed(input, key)],
          key,
          time,
          timeColumn,
          keep,
          emitUpdateBefore: mode.updateBefore,
          description: `Deduplicate(keep=[${keep}], key=[${columns(key, input.schema)}], order=[${time}])`,
        })
      }
      case 'window-rank': {
        const { window, startColumn, endColumn, order, start, end, latestFirst, outputRank } = rel
        // Sessions made elsewhere are told apart by their start too.
        const partition = window.shape.type === 'session' ? [...rel.partition, startColumn] : rel.partition
        const text = `partitionBy=[${columns(rel.partition, input.schema)}], orderBy=[${orderText(order, names)}], ${select}`
        return this.add({
          kind: 'window-rank',
          ...common,
          inputs: [keyed(input, partition)],
          partition,
          endColumn,
          time: window.time,
          timeZone: window.timeZone,
          order,
          start,
          end,
          latestFirst,
          outputRank,
          description: `WindowRank(window=[${names[startColumn]}, ${names[endColumn]}], rankRange=[${start}..${end}], ${text})`,
        })
      }
      case 'temporal-sort': {
        const { time, timeColumn, order } = rel
        const keys = [`${names[timeColumn]} ASC`, ...(order.length > 0 ? [orderText(order, names)] : [])]
        return this.add({
          kind: 'temporal-sort',
          ...common,
          inputs: [keyed(input, [])],
          time,
          timeColumn,
          order,
          description: `TemporalSort(orderBy=[${keys.join(', ')}])`,
        })
      }
    }
  }

  private aggregate(planned: Planned): PlanNode {
    const { rel, mode } = planned
    if (rel.kind !== 'aggregate' && rel.kind !== 'group-window-aggregate' && rel.kind !== 'window-aggregate') {
      return fail('PLAN_INTERNAL', { detail: `${rel.kind} is no aggregate` })
    }
    const input = this.build(planned.inputs[0])
    const names = namesOf(input.schema)
    const inputRetracts = input.changelog.updateAfter || input.changelog.delete
    const keys = rel.grouping.length
    const aggregates = rel.calls.map((call, i) => ({
      ...call,
      retract: inputRetracts && needsRetraction(call, planned.inputs[0], rel.grouping),
      name: rel.schema[keys + i].name,
    }))
    const groupBy = keys === 0 ? '' : `groupBy=[${rel.grouping.map((i) => names[i]).join(', ')}], `
    const calls = aggregates.map((call) => `${callText(call, names)} AS ${call.name}`)
    const select = [...rel.grouping.map((i) => names[i]), ...calls].join(', ')
    const common = {
      schema: rel.schema,
      changelog: mode,
      upsertKeys: upsertKeys(rel),
      inputs: [keyed(input, rel.grouping)],
      grouping: rel.grouping,
      aggregates,
    }
    switch (rel.kind) {
      case 'aggregate':
        return this.add({
          kind: 'group-aggregate',
          ...common,
          emitUpdateBefore: mode.updateBefore,
          ...(this.miniBatch && { miniBatch: this.miniBatch }),
          inputRetracts,
          description: `GroupAggregate(${groupBy}select=[${select}])`,
        })
      case 'group-window-aggregate': {
        const { window, properties } = rel
        return this.add({
          kind: 'group-window-aggregate',
          ...common,
          window,
          properties,
          inputRetracts,
          description: `GroupWindowAggregate(${groupBy}window=[${windowText(window, names)}], properties=[${properties.join(', ')}], select=[${select}])`,
        })
      }
      case 'window-aggregate': {
        const { windowing, properties } = rel
        // Rows travel by the key of the operator's state: sessions made elsewhere are told apart by their start too.
        const keys = stateGrouping({ grouping: rel.grouping, aggregates, windowing })
        const window =
          windowing.kind === 'assign'
            ? windowText(windowing.window, names)
            : `${windowText(windowing.window, names)} attached to [win_end=${names[windowing.endColumn]}]`
        return this.add({
          kind: 'window-aggregate',
          ...common,
          inputs: [keyed(input, keys)],
          windowing,
          partialSums: watermarksFollowRows(rel),
          properties,
          description: `WindowAggregate(${groupBy}window=[${window}], select=[${[select, ...properties.map((p) => `window_${p}`)].filter((part) => part !== '').join(', ')}])`,
        })
      }
    }
  }

  private correlate(planned: Planned, rel: CorrelateRel): PlanNode {
    const front = this.build(planned.inputs[0])
    const width = front.schema.length
    const given = rel.table.kind === 'unnest' ? [rel.table.arg] : rel.table.call.args
    // Results of asynchronous functions among the arguments are columns of the input meanwhile.
    const { input, projections: args } = given.some((arg) => hasAsyncCall(arg, this.context))
      ? this.asyncCalls(planned, front, [], given)
      : { input: front, projections: given }
    const shift = input.schema.length - width
    const moved = (index: number) => (index < width ? index : index + shift)
    const table = mapTableCall(rel.table, () => args)
    const schema = [...input.schema, ...rel.schema.slice(width)]
    const condition = rel.condition && shiftInputs(rel.condition, moved)
    const where = condition === undefined ? '' : `, condition=[${exprText(condition, namesOf(schema))}]`
    const node = this.add({
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
    return this.calcNode(planned, rel.schema, node, undefined, wanted)
  }

  // ---- Joins ---------------------------------------------------------------------------------------------------------

  private join(planned: Planned, rel: JoinRel): PlanNode {
    const width = rel.left.schema.length
    const left = this.build(planned.inputs[0])
    const right = this.build(planned.inputs[1])
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
      return this.add({
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
      return this.add({
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
      const cleanUp = this.context.options.duration('table.exec.interval-join.min-cleanup-interval') ?? 0
      return this.add({
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
    return this.add({
      kind: 'join',
      ...common,
      joinType,
      leftKey: sideKey(left, leftKeys),
      rightKey: sideKey(right, rightKeys),
      description: `Join(${text('')}`,
    })
  }

  private lookupJoin(planned: Planned, rel: LookupJoinRel): PlanNode {
    const { lookup, joinType, place } = rel
    const input = this.build(planned.inputs[0])
    const { keys, rest } = lookupKeys(rel)
    if (keys.length === 0) {
      const problem = `the join needs an equality between a column of '${lookup.catalogTable.path.name}' and a value of the left side or a constant of the same type`
      fail('PLAN_TEMPORAL_JOIN', { problem, hint: 'Write ON a.k = b.k with a plain column of the table.' }, place ?? {})
    }
    const names = [...namesOf(input.schema), ...namesOf(lookup.schema)]
    const by = keys.map(({ column, value }) => `${lookup.produced[column].name}=${exprText(value, names)}`)
    const where = rest === undefined ? '' : `, where=[${exprText(rest, names)}]`
    return this.add({
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
}

/** `table.exec.mini-batch.*`; size and latency must be there when it is on, as in Flink. */
function miniBatchOf({ options }: PlannerContext): { readonly size: number; readonly latencyMs: number } | undefined {
  if (!options.boolean('table.exec.mini-batch.enabled')) return undefined
  const size = Number(options.get('table.exec.mini-batch.size') ?? -1)
  const latencyMs = options.duration('table.exec.mini-batch.allow-latency') ?? 0
  if (!Number.isInteger(size) || size <= 0) {
    fail('PLAN_SESSION_OPTION', {
      key: 'table.exec.mini-batch.size',
      expected: 'a whole number greater than 0 when mini-batch is enabled',
    })
  }
  if (latencyMs <= 0) {
    fail('PLAN_SESSION_OPTION', {
      key: 'table.exec.mini-batch.allow-latency',
      expected: "a duration such as '5 s' when mini-batch is enabled",
    })
  }
  return { size, latencyMs }
}

function sideKey(node: PlanNode, keys: readonly number[]): JoinSideKey {
  const unique = node.upsertKeys
  if (unique.some((key) => key.every((column) => keys.includes(column)))) return { kind: 'join-key-unique' }
  const [shortest] = unique
  return shortest === undefined ? { kind: 'none' } : { kind: 'unique', columns: shortest }
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

function forward(node: PlanNode): NodeInput {
  return { node: node.id, distribution: { kind: 'forward' } }
}

function hash(node: PlanNode, keys: readonly number[]): NodeInput {
  return { node: node.id, distribution: { kind: 'hash', keys } }
}

/** By key; without keys everything goes to one subtask. */
function keyed(node: PlanNode, keys: readonly number[]): NodeInput {
  return keys.length === 0 ? { node: node.id, distribution: { kind: 'single' } } : hash(node, keys)
}

function columns(indexes: readonly number[], schema: Schema): string {
  return indexes.map((i) => schema[i].name).join(', ')
}

function scanText(rel: Rel & { readonly kind: 'scan' }): string {
  const names = namesOf(rel.schema)
  const produced = rel.produced.map((column) => column.name)
  const parts = [`table=[${rel.table.name}]`, `fields=[${names.join(', ')}]`, `produced=[${produced.join(', ')}]`]
  if (rel.watermark !== undefined) parts.push(`watermark=[${exprText(rel.watermark.expr, names)}]`)
  if (rel.condition !== undefined) parts.push(`filter=[${exprText(rel.condition, names)}]`)
  return `TableSourceScan(${parts.join(', ')})`
}

/** Every watermark below is that of a row (`on-event`), so that what happens between two watermarks is no chance. */
function watermarksFollowRows(rel: Rel): boolean {
  if (rel.kind === 'scan') return rel.watermark === undefined || rel.watermark.emit === 'on-event'
  return inputsOfRel(rel).every(watermarksFollowRows)
}
