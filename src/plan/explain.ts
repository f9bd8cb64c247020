/**
 * EXPLAIN: the stages of a query as text.
 *
 * Law: nothing that is shown holds the value of a secret option; trees are printed top-down, children indented behind `+- `.
 */
import { walkExpr } from '../expr/expr.ts'
import type { PlanNode } from '../operators/nodes.ts'
import { changelogModeText } from '../types/row-kind.ts'
import { callText, exprText, namesOf, orderText, overText, rangeText, tableCallText, windowText } from './describe.ts'
import { matchText } from './describe-match.ts'
import { inputsOfRel, type JoinTimes, type Rel, walkRel } from './nodes.ts'
import { mapExprs } from './rules/rule.ts'

export interface ExplainDetails {
  readonly changelogMode: boolean
  readonly advice: boolean
}

export interface ExplainedStages {
  readonly bound: readonly Rel[]
  readonly optimized: readonly Rel[]
  readonly fired: readonly string[]
  readonly nodes: readonly PlanNode[]
}

export function explainText(stages: ExplainedStages, details: ExplainDetails): string {
  const sections = [
    ['Abstract Syntax Tree', stages.bound.map((rel) => relTree(rel)).join('\n')],
    ['Optimized Physical Plan', stages.optimized.map((rel) => relTree(rel)).join('\n')],
    ['Optimized Execution Plan', planTree(stages.nodes, details.changelogMode)],
    ['Rules', stages.fired.length === 0 ? 'none' : stages.fired.join(', ')],
  ]
  if (details.advice) sections.push(['Advice', adviceText(stages)])
  return `${sections.map(([title, body]) => `== ${title} ==\n${body}`).join('\n\n')}\n`
}

// ---- Logical trees ---------------------------------------------------------------------------------------------------

export function relTree(rel: Rel, depth = 0): string {
  const indent = depth === 0 ? '' : `${'   '.repeat(depth - 1)}+- `
  return [`${indent}${relText(rel)}`, ...inputsOfRel(rel).map((input) => relTree(input, depth + 1))].join('\n')
}

function relText(rel: Rel): string {
  const names = inputsOfRel(rel).flatMap((input) => namesOf(input.schema))
  const list = (columns: readonly number[]) => columns.map((i) => names[i]).join(', ')
  switch (rel.kind) {
    case 'scan': {
      const own = namesOf(rel.schema)
      const parts = [`table=[${rel.table.name}]`, `fields=[${own.join(', ')}]`]
      if (rel.watermark !== undefined) parts.push(`watermark=[${exprText(rel.watermark.expr, own)}]`)
      if (rel.condition !== undefined) parts.push(`filter=[${exprText(rel.condition, own)}]`)
      return `Scan(${parts.join(', ')})`
    }
    case 'normalize': {
      const condition = rel.condition === undefined ? '' : `, condition=[${exprText(rel.condition, names)}]`
      return `ChangelogNormalize(key=[${list(rel.key)}]${condition})`
    }
    case 'values':
      return `Values(rows=[${rel.rows.length}])`
    case 'project':
      return `Project(${rel.exprs.map((expr, i) => `${rel.schema[i].name}=[${exprText(expr, names)}]`).join(', ')})`
    case 'filter':
      return `Filter(condition=[${exprText(rel.condition, names)}])`
    case 'aggregate':
      return `Aggregate(group=[${list(rel.grouping)}], calls=[${rel.calls.map((call) => callText(call, names)).join(', ')}])`
    case 'group-window-aggregate':
      return `GroupWindowAggregate(group=[${list(rel.grouping)}], window=[${windowText(rel.window, names)}], calls=[${rel.calls.map((call) => callText(call, names)).join(', ')}])`
    case 'window-aggregate':
      return `WindowAggregate(group=[${list(rel.grouping)}], window=[${windowText(rel.windowing.window, names)}, ${rel.windowing.kind}], calls=[${rel.calls.map((call) => callText(call, names)).join(', ')}])`
    case 'over':
      return `Over(${overText(rel.window, names)}, calls=[${rel.calls.map((call) => callText(call, names)).join(', ')}])`
    case 'window-table-function':
      return `WindowTableFunction(${windowText(rel.window, names)})`
    case 'lookup-join':
      return `LookupJoin(type=[${rel.joinType}], table=[${rel.lookup.table.name}], condition=[${rel.condition === undefined ? 'true' : exprText(rel.condition, namesOf(rel.schema))}])`
    case 'join':
      return `${rel.times === undefined ? 'Join' : rel.times.kind === 'interval' ? 'IntervalJoin' : 'TemporalJoin'}(type=[${rel.joinType}]${timesText(rel.times, names)}, condition=[${rel.condition === undefined ? 'true' : exprText(rel.condition, names)}])`
    case 'correlate': {
      const condition =
        rel.condition === undefined ? '' : `, condition=[${exprText(rel.condition, namesOf(rel.schema))}]`
      return `Correlate(type=[${rel.joinType}], invocation=[${tableCallText(rel.table, names)}]${condition})`
    }
    case 'row-number':
      return `RowNumber(partitionBy=[${list(rel.partition)}], orderBy=[${orderText(rel.order, names)}])`
    case 'rank':
      return `Rank(partitionBy=[${list(rel.partition)}], orderBy=[${orderText(rel.order, names)}], range=[${rangeText(rel.range, names)}])`
    case 'deduplicate':
      return `Deduplicate(keep=[${rel.keep}], key=[${list(rel.key)}], order=[${rel.time}])`
    case 'window-rank':
      return `WindowRank(window=[${windowText(rel.window, names)}], partitionBy=[${list(rel.partition)}], orderBy=[${orderText(rel.order, names)}], range=[${rel.start}..${rel.end}])`
    case 'temporal-sort':
      return `TemporalSort(orderBy=[${[`${names[rel.timeColumn]} ASC`, ...(rel.order.length > 0 ? [orderText(rel.order, names)] : [])].join(', ')}])`
    case 'match':
      return matchText(rel, names)
    case 'union':
      return 'Union(all=[true])'
    case 'sink':
      return `Sink(table=[${rel.table.name}], fields=[${namesOf(rel.schema).join(', ')}])`
    case 'collect':
      return `Collect(fields=[${namesOf(rel.schema).join(', ')}])`
  }
}

function timesText(times: JoinTimes | undefined, names: readonly string[]): string {
  if (times === undefined) return ''
  const [left, right] = [names[times.left], names[times.right]]
  if (times.kind === 'temporal')
    return `, version=[${right} at ${left}]${times.key === undefined ? '' : `, key=[${times.key.map((column) => names[column]).join(', ')}]`}`
  return `, bounds=[${times.lower} ms <= ${left} - ${right} <= ${times.upper} ms]`
}

// ---- The compiled plan -----------------------------------------------------------------------------------------------

/** `, upsertKeys=[[id], [a, b]]`: columns that name the row that a change is of; nothing where there are none. */
function upsertKeysText({ upsertKeys, schema }: PlanNode): string {
  if (upsertKeys.length === 0) return ''
  return `, upsertKeys=[${upsertKeys.map((key) => `[${key.map((i) => schema[i].name).join(', ')}]`).join(', ')}]`
}

/** The nodes as a tree from each end; a node that is read twice is printed once and named after that. */
export function planTree(nodes: readonly PlanNode[], changelogMode: boolean): string {
  const consumed = new Set(nodes.flatMap((node) => node.inputs.map((input) => input.node)))
  const printed = new Set<number>()
  const line = (node: PlanNode, depth: number, exchange: string): string[] => {
    const indent = depth === 0 ? '' : `${'   '.repeat(depth - 1)}+- `
    if (printed.has(node.id)) return [`${indent}${exchange}Reused(id=[${node.id}])`]
    printed.add(node.id)
    const mode = changelogMode ? `, changelogMode=[${changelogModeText(node.changelog)}]${upsertKeysText(node)}` : ''
    const text = node.description.endsWith(')')
      ? `${node.description.slice(0, -1)}${mode})`
      : `${node.description}${mode === '' ? '' : `(${mode.slice(2)})`}`
    return [
      `${indent}${exchange}[${node.id}] ${text}`,
      ...node.inputs.flatMap(({ node: id, distribution }) => {
        const below = nodes.find((n) => n.id === id) as PlanNode
        const names = namesOf(below.schema)
        const by =
          distribution.kind === 'hash'
            ? `Exchange(hash[${distribution.keys.map((i) => names[i]).join(', ')}]) <- `
            : distribution.kind === 'single' && node.kind !== 'collect'
              ? 'Exchange(single) <- '
              : ''
        return line(below, depth + 1, by)
      }),
    ]
  }
  return nodes
    .filter((node) => !consumed.has(node.id))
    .flatMap((node) => line(node, 0, ''))
    .join('\n')
}

const UNBOUNDED: Partial<Record<PlanNode['kind'], string>> = {
  'changelog-normalize': 'one row per key',
  rank: 'the rows of every partition',
  deduplicate: 'one row per key',
  'temporal-join': 'the latest version of every key',
  'over-aggregate': 'one entry per partition, or its rows where they are ordered by a value',
}

/** Operators whose state grows for ever: what they keep, and what would bound it; and what is likely not meant. */
function adviceText({ nodes, bound }: ExplainedStages): string {
  const lines = nodes.flatMap((node) => {
    const kept = unbounded(node)
    const said = kept === undefined ? [] : [`[${node.id}] ${node.kind} keeps ${kept}`]
    if (node.kind === 'join' && node.leftKeys.length === 0) {
      said.push(
        `[${node.id}] join has no equality of both sides: one subtask compares each row with every row of the other side; ON a.k = b.k would spread it.`,
      )
    }
    return said
  })
  lines.push(...new Set(bound.flatMap(neverTrue)))
  return lines.length === 0 ? 'No advice.' : lines.join('\n')
}

const COMPARISONS = ['=', '<>', '<', '<=', '>', '>=']

/** Comparisons with NULL, which are neither true nor false. */
function neverTrue(root: Rel): string[] {
  const found: string[] = []
  walkRel(root, (rel) => {
    const names = inputsOfRel(rel).flatMap((input) => namesOf(input.schema))
    mapExprs(rel, (top) => {
      walkExpr(top, (expr) => {
        const compares = expr.kind === 'call' && COMPARISONS.includes(expr.fn)
        if (!compares || !expr.args.some((arg) => arg.kind === 'literal' && arg.value === null)) return
        found.push(`${exprText(expr, names)} is never true: write IS NULL or IS NOT NULL.`)
      })
      return top
    })
  })
  return found
}

function unbounded(node: PlanNode): string | undefined {
  const states = Object.entries(node.state)
  const open = states.flatMap(([name, state]) => ('ttlMs' in state && state.ttlMs !== undefined ? [] : [name]))
  const session = "SET 'table.exec.state.ttl' = '1 d' would bound it"
  switch (node.kind) {
    case 'match':
      return node.withinMs === undefined
        ? "the rows of every match that has begun for ever; WITHIN INTERVAL '1' HOUR behind the pattern would bound it."
        : undefined
    case 'join':
      if (open.length === 0) return undefined
      return `every row of ${open.length === 2 ? 'both sides' : `its ${open[0]} side`} for ever; ${session}, or the hint STATE_TTL one side alone.`
    case 'group-aggregate':
      // One group is bounded, but for the values that DISTINCT tells apart.
      if (open.length === 0 || (node.grouping.length === 0 && open.length === 1)) return undefined
      return `${node.grouping.length === 0 ? 'every value of DISTINCT' : 'one entry per group'} for ever; ${session}.`
    default: {
      const kept = UNBOUNDED[node.kind]
      // What waits for a watermark beside it goes by itself.
      return kept === undefined || open.length < states.length ? undefined : `${kept} for ever; ${session}.`
    }
  }
}
