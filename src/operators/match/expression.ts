/**
 * Expressions of DEFINE and MEASURES over the rows of a match.
 *
 * Laws
 * - In DEFINE the row that is looked at counts as one of the variable's; a condition sees it behind the rows matched so far.
 * - A column alone means the last row of its variable, a column without variable the last row of all; where there is no such
 *   row it is NULL.
 */
import type { Environment } from '../../expr/call.ts'
import { interpreter } from '../../expr/interpret.ts'
import type { AggregateLookup } from '../../functions/aggregate/contract.ts'
import type { Value } from '../../types/value.ts'
import { listAggregate } from './aggregate.ts'
import type { Cells, MatchState, Node } from './matcher.ts'
import { ANY_VARIABLE, type MatchExpr, type MatchValue } from './node.ts'

export interface MatchEnvironment extends Environment {
  readonly aggregates: AggregateLookup
}

/**
 * @param node the last node of the match so far, −1 for none
 * @param row a row that is looked at behind it, −1 for none
 * @param variable the variable that the row would be taken by
 */
export type MatchEvaluator = (state: MatchState, node: number, row: number, variable: number) => Value

export function compileMatchExpr({ values, expr }: MatchExpr, environment: MatchEnvironment): MatchEvaluator {
  const reads = values.map((value) => compileValue(value, environment))
  const evaluate = interpreter(expr, environment)
  return (state, node, row, variable) => evaluate(reads.map((read) => read(state, node, row, variable)))
}

function compileValue(value: MatchValue, environment: MatchEnvironment): MatchEvaluator {
  if (value.kind === 'navigate') {
    const { from, offset } = value
    const evaluate = interpreter(value.expr, environment)
    return (state, node, row, variable) => {
      const cells =
        from === 'last'
          ? fromLast(state, node, row, variable, value.variable, offset)
          : rowsOf(state, node, row, variable, value.variable)[offset]
      return cells === undefined ? null : evaluate(cells)
    }
  }
  const { call } = value
  const fn = environment.aggregates(call.fn, call.user === true)
  if (fn === undefined) throw new Error(`the aggregate ${call.fn} is gone`)
  const { argTypes, type, clauses = {} } = call
  const aggregate = listAggregate(call, fn.prepare({ argTypes, type, retract: false, clauses }))
  const args = value.args.map((arg) => interpreter(arg, environment))
  return (state, node, row, variable) =>
    aggregate(rowsOf(state, node, row, variable, value.variable).map((cells) => args.map((arg) => arg(cells))))
}

/** The row of the variable that is `offset` rows before its last. */
function fromLast(
  state: MatchState,
  node: number,
  row: number,
  current: number,
  wanted: number,
  offset: number,
): Cells | undefined {
  let left = offset
  if (row !== -1 && (wanted === ANY_VARIABLE || wanted === current) && left-- === 0) return state.rows.get(row)
  for (let at = node; at !== -1; ) {
    const { row: taken, variable, previous } = state.nodes.get(at) as Node
    if ((wanted === ANY_VARIABLE || wanted === variable) && left-- === 0) return state.rows.get(taken)
    at = previous
  }
  return undefined
}

/** All rows of the variable, first one first. */
function rowsOf(state: MatchState, node: number, row: number, current: number, wanted: number): Cells[] {
  const found: Cells[] = []
  if (row !== -1 && (wanted === ANY_VARIABLE || wanted === current)) found.push(state.rows.get(row) as Cells)
  for (let at = node; at !== -1; ) {
    const { row: taken, variable, previous } = state.nodes.get(at) as Node
    if (wanted === ANY_VARIABLE || wanted === variable) found.push(state.rows.get(taken) as Cells)
    at = previous
  }
  return found.reverse()
}
