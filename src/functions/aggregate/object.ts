/**
 * Aggregates over an accumulator object: users' functions (`udaf`) and built-ins too involved for columns.
 *
 * Laws
 * - The accumulator lives in a RAW column of the group and may be changed in place; snapshots copy it (structured clone), so it
 *   must be made of plain data.
 * - All functions get scalar values (`types/value.ts`), NULLs included, and `getValue` gives one; `undefined` is an error.
 * - Without `retract` the planner refuses retracting input, without `merge` sessions and overlapping windows.
 */
import { fail, isRivuletError } from '../../base/errors.ts'
import { type LogicalType, row, withNullable } from '../../types/logical-type.ts'
import { physicalOf, type Value } from '../../types/value.ts'
import type { AggregateFunction, AggregateKernel, AggregateSite, KernelCode } from './contract.ts'
import { type AggregateDeclaration, aggregate } from './define.ts'

export interface ObjectAggregate<A> {
  createAccumulator(site: AggregateSite): A
  /** Changes the accumulator, or returns the new one. */
  accumulate(accumulator: A, ...args: Value[]): unknown
  retract?(accumulator: A, ...args: Value[]): unknown
  /** Take up what the other has. */
  merge?(accumulator: A, other: A): unknown
  getValue(accumulator: A): Value
  /** Accumulators are values of this type, replaced rather than changed; absent = plain data. */
  readonly accumulatorType?: LogicalType
}

const RAW: LogicalType = { kind: 'RAW', nullable: true, className: 'accumulator' }

export function objectAggregate<A>(
  declaration: Omit<AggregateDeclaration, 'prepare' | 'retracts' | 'merges'>,
  functions: ObjectAggregate<A>,
): AggregateFunction {
  return aggregate({
    ...declaration,
    retracts: functions.retract !== undefined,
    merges: functions.merge !== undefined,
    prepare: (site) => kernel(declaration.name, functions, site),
  })
}

function kernel<A>(name: string, functions: ObjectAggregate<A>, site: AggregateSite): AggregateKernel {
  const { argTypes, type } = site
  const { accumulatorType } = functions
  // A column of its own when the values are objects; anything else in a row of one field, so that NULL is "none yet".
  const wraps = accumulatorType !== undefined && physicalOf(accumulatorType) !== 'object'
  const column =
    accumulatorType === undefined ? RAW : wraps ? row([{ name: 'value', type: accumulatorType }]) : accumulatorType
  const unwrap = (held: unknown): A => (wraps ? (held as readonly A[])[0] : (held as A))
  const wrap = (accumulator: unknown) => (wraps ? [accumulator] : accumulator)
  const guarded =
    <R>(call: (...args: never[]) => R) =>
    (...args: unknown[]): R => {
      try {
        return call(...(args as never[]))
      } catch (error) {
        if (isRivuletError(error)) throw error
        const reason = error instanceof Error ? error.message : String(error)
        return fail('FUNCTION_FAILED', { name, args: args.slice(1).map(String).join(', '), reason }, { cause: error })
      }
    }
  const create = () => functions.createAccumulator(site)
  const change = (method: 'accumulate' | 'retract' | 'merge') =>
    guarded((held: unknown, ...args: Value[]) => {
      const current = held === null ? create() : unwrap(held)
      const call = functions[method] as ObjectAggregate<A>['accumulate']
      const given = method === 'merge' ? [unwrap(args[0]) as Value] : args
      return wrap(call.call(functions, current, ...given) ?? current)
    })
  const read = guarded((held: unknown) => {
    const value = functions.getValue(held === null ? create() : unwrap(held))
    if (value === undefined) return fail('FUNCTION_RETURNED_UNDEFINED', { name, args: 'its accumulator' })
    return type.kind === 'BOOLEAN' && value !== null ? (value ? 1 : 0) : value
  })
  const update = (method: 'accumulate' | 'retract') => (code: KernelCode) => {
    const args = argTypes.map((argType, k) => scalar(code, argType, k))
    return `${code.acc(0)} = ${code.use(change(method), method)}(${[code.acc(0), ...args].join(', ')});`
  }
  return {
    accumulators: [{ name: 'accumulator', type: withNullable(column, true) }],
    nulls: 'pass',
    rounds: true,
    add: update('accumulate'),
    retract: functions.retract && update('retract'),
    merge:
      functions.merge &&
      ((code) =>
        `if (${code.other(0)} !== null) ${code.acc(0)} = ${code.use(change('merge'), 'merge')}(${code.acc(0)}, ${code.other(0)});`),
    result(code) {
      const t = code.temp('value')
      return {
        before: `const ${t} = ${code.use(read, 'getValue')}(${code.acc(0)});`,
        value: physicalOf(type) === 'object' ? t : `(${t} === null ? 0 : ${t})`,
        isNull: `${t} === null`,
      }
    },
  }
}

/** The k-th argument as a scalar value. */
function scalar(code: KernelCode, type: LogicalType, k: number): string {
  if (physicalOf(type) === 'object') return code.arg(k)
  const value = type.kind === 'BOOLEAN' ? `${code.arg(k)} !== 0` : code.arg(k)
  return `(${code.isNull(k)} ? null : ${value})`
}
