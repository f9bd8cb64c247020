/**
 * Columns whose updates go one way.
 *
 * MAX of a count that only grows needs no memory of the values that were taken back: the newest is the largest. Flink plans
 * such a MAX (and MIN of what only falls) without retraction, and its results have no steps down and up again.
 *
 * Law: a column is `increasing` when the update of a row never makes it smaller, `constant` when no update changes it;
 * nothing is known as soon as rows are deleted.
 */
import type { AggregateCall } from '../operators/aggregate-call.ts'
import type { Planned } from './changelog.ts'

export type Monotonicity = 'constant' | 'increasing' | 'decreasing' | undefined

export function monotonicity({ rel, inputs, mode }: Planned): readonly Monotonicity[] {
  const unknown = rel.schema.map(() => undefined)
  if (!mode.updateAfter && !mode.delete) return rel.schema.map(() => 'constant')
  if (mode.delete) return unknown
  switch (rel.kind) {
    case 'project': {
      const below = monotonicity(inputs[0])
      return rel.exprs.map((expr) =>
        expr.kind === 'input' ? below[expr.index] : expr.kind === 'literal' ? 'constant' : undefined,
      )
    }
    case 'filter':
      return monotonicity(inputs[0])
    case 'aggregate': {
      const below = monotonicity(inputs[0])
      // A row that changes its group is taken from one and added to another: no group goes one way then.
      if (rel.grouping.some((column) => below[column] !== 'constant')) return unknown
      return [...rel.grouping.map(() => 'constant' as const), ...rel.calls.map((call) => ofCall(call, below))]
    }
    default:
      return unknown
  }
}

function ofCall(call: AggregateCall, below: readonly Monotonicity[]): Monotonicity {
  if (call.user === true) return undefined
  const [arg] = call.args
  const constantFilter = call.filter === undefined || below[call.filter] === 'constant'
  if (!constantFilter) return undefined
  switch (call.fn) {
    case 'COUNT':
      return call.args.every((column) => below[column] === 'constant') || (!call.distinct && call.args.length === 0)
        ? 'increasing'
        : undefined
    case 'MAX':
      return below[arg] === 'constant' || below[arg] === 'increasing' ? 'increasing' : undefined
    case 'MIN':
      return below[arg] === 'constant' || below[arg] === 'decreasing' ? 'decreasing' : undefined
    default:
      return undefined
  }
}

/** Must the aggregate be able to take rows back, given that its input has -U rows? */
export function needsRetraction(call: AggregateCall, input: Planned, grouping: readonly number[]): boolean {
  if (input.mode.delete || (call.fn !== 'MAX' && call.fn !== 'MIN')) return true
  const below = monotonicity(input)
  if (grouping.some((column) => below[column] !== 'constant')) return true
  return ofCall(call, below) === undefined
}
