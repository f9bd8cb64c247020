/**
 * What an operator keeps of one key: its states as declared in the plan, and when it will act of itself.
 *
 * Laws
 * - A key without state is an empty answer; an operator without keyed state, or a key of another form, is an error.
 * - Rows show the columns behind the partition's: those every row of the key has in common are the key.
 */
import { fail } from '../../base/errors.ts'
import type { OperatorRuntime } from '../../operators/contract.ts'
import type { PlanNode } from '../../operators/nodes.ts'
import { operatorRuntimes } from '../../operators/runtimes.ts'
import type { PeekedKey } from '../../runtime/job.ts'
import type { ListStateDeclaration, StateDeclaration, TableStateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import { type Cell, cellPrinter, columnsOf, type LiveColumn } from './cells.ts'

export interface KeyedState {
  readonly node: number
  /** The subtask that keeps the key. */
  readonly subtask: number
  readonly keyColumns: readonly LiveColumn[]
  readonly key: readonly Cell[]
  readonly states: readonly KeyedStateRows[]
  readonly timers: readonly KeyTimer[]
}

export interface KeyedStateRows {
  readonly name: string
  readonly kind: 'table' | 'list'
  readonly columns: readonly LiveColumn[]
  readonly rows: readonly (readonly Cell[])[]
  /** There are more rows than are shown. */
  readonly more: boolean
}

export interface KeyTimer {
  readonly state: string
  readonly domain: 'event' | 'processing'
  /** Epoch ms; `'max'`: at the end of the input. */
  readonly at: number | 'max'
}

export const STATE_ROWS = 100

type Keyed = TableStateDeclaration | ListStateDeclaration
const isKeyed = (declaration: StateDeclaration): declaration is Keyed => declaration.kind !== 'operator'

/** The columns of an operator's partition key; undefined when it has no keyed state. */
export function partitionKey(node: PlanNode): Schema | undefined {
  const keyed = Object.values(node.state).find(isKeyed)
  return keyed?.key.slice(0, keyed.partitionColumns)
}

export function keyOf(node: PlanNode, plan: readonly PlanNode[]): Schema {
  const key = partitionKey(node)
  if (key !== undefined) return key
  const keyed = plan.filter((each) => partitionKey(each) !== undefined)
  return fail('ENGINE_NO_KEYED_STATE', {
    operator: node.description,
    keyed: keyed.map(({ id, description }) => `${id} ${description}`).join('; '),
  })
}

export function keyedStateOf(
  node: PlanNode,
  key: readonly Value[],
  { subtask, states }: PeekedKey,
  timeZone: string,
): KeyedState {
  const partition = partitionKey(node) as Schema
  const shown = states.map(({ state, rows, more }): KeyedStateRows => {
    const declaration = node.state[state] as Keyed
    const schema = [...declaration.key.slice(declaration.partitionColumns), ...declaration.value]
    const print = cellPrinter(schema, timeZone)
    const cells = rows.map((row) => print([...row.key.slice(declaration.partitionColumns), ...row.value]))
    return { name: state, kind: declaration.kind, columns: columnsOf(schema), rows: cells, more }
  })
  return {
    node: node.id,
    subtask,
    keyColumns: columnsOf(partition),
    key: cellPrinter(partition, timeZone)(key),
    states: shown,
    timers: timersOf(node, states),
  }
}

/** No timer, where an operator keeps its timers in columns. */
const NONE = Number.MAX_SAFE_INTEGER
/** The last instant of a JavaScript date: what lies behind it is the end. */
const LAST_INSTANT = 8.64e15

function timersOf(node: PlanNode, states: PeekedKey['states']): KeyTimer[] {
  const runtime = operatorRuntimes.find(({ kind }) => kind === node.kind) as OperatorRuntime
  const domain = timeOf(node) === 'proctime' ? 'processing' : 'event'
  const timers = states.flatMap(({ state, rows }) => {
    const columns = runtime.timerColumns?.[state] ?? []
    const times = rows.flatMap(({ value, due }) => {
      const own = columns.map((c) => Number(value[c])).filter((time) => time !== NONE)
      return due === undefined ? own : [...own, due]
    })
    return [...new Set(times)].map((time) => ({ state, time }))
  })
  return timers
    .sort((a, b) => a.time - b.time)
    .map(({ state, time }) => ({ state, domain, at: time > LAST_INSTANT ? 'max' : time }))
}

function timeOf(node: PlanNode): string {
  if ('time' in node) return node.time
  if ('windowing' in node) return node.windowing.window.time
  return 'window' in node ? node.window.time : 'rowtime'
}
