/**
 * Users' aggregate functions: `udaf`, `AggregateFunction`.
 *
 * Laws
 * - Methods have Flink's names. `accumulate` and `retract` change the accumulator or return the new one; `merge` takes up what
 *   the others have; `getValue` only reads.
 * - The accumulator is state: of `accumulatorType` where that is declared, else plain data kept as it is (object literals,
 *   arrays, Map, Set …), which is faster. Either way it is in every snapshot.
 * - Without `retract` rows cannot be taken back, so that input with updates is refused when the query is planned; without
 *   `merge` so are windows that are put together from parts.
 */
import { fail, failure, isRivuletError } from '../../base/errors.ts'
import type { UserAggregateFunction } from '../../catalog/function.ts'
import type { AggregateSite, AggregateFunction as Declaration } from '../../functions/aggregate/contract.ts'
import { type ObjectAggregate, objectAggregate } from '../../functions/aggregate/object.ts'
import { copyPlain, isPlainObject } from '../../types/plain-data.ts'
import type { Value } from '../../types/value.ts'
import type { DataType, ValueOf } from '../data-types.ts'
import { toExternal, toInternal } from '../external.ts'
import {
  argsText,
  declarationPlace,
  FUNCTION_KIND,
  type FunctionForm,
  type FunctionObject,
  instanceFor,
  isClass,
  nameOf,
  type Overload,
  type UserDefinedFunction,
  wrongResult,
} from './declared.ts'
import type { FunctionContext } from './function-context.ts'
import type { ParametersOf } from './scalar.ts'
import { inputAt, overloadsOf, userSignature } from './signature.ts'

/**
 * Base of aggregate functions written as classes. They have `accumulate(accumulator, …)`, and `retract(accumulator, …)` and
 * `merge(accumulator, others)` where they can; types are fields, or given to `udaf(TheClass, { … })`.
 */
export abstract class AggregateFunction<T = unknown, Acc = unknown> implements FunctionObject {
  readonly inputTypes?: readonly DataType[]
  readonly resultType?: DataType
  readonly accumulatorType?: DataType
  readonly varArgs?: boolean
  readonly overloads?: readonly Overload[]
  open?(context: FunctionContext): void | Promise<void>
  close?(): void | Promise<void>
  abstract createAccumulator(): Acc
  abstract getValue(accumulator: Acc): T
  get [FUNCTION_KIND](): 'aggregate' {
    return 'aggregate'
  }
}

// biome-ignore lint/suspicious/noConfusingVoidType: changed in place, or the new one
type Changed<A> = A | void

/** The functions of an aggregate. */
export interface AggregateMethods<Acc, Args extends readonly unknown[], T> {
  createAccumulator(): Acc
  accumulate(accumulator: Acc, ...args: Args): Changed<Acc>
  retract?(accumulator: Acc, ...args: Args): Changed<Acc>
  merge?(accumulator: Acc, others: Iterable<Acc>): Changed<Acc>
  getValue(accumulator: Acc): T
}

export interface UdafTypes<I extends readonly DataType[], R extends DataType, V = boolean> {
  readonly inputTypes: I
  readonly resultType: R
  /** Type of the accumulator in state; absent = plain data as it is. */
  readonly accumulatorType?: DataType
  /** The last parameter takes any number of arguments, none included. */
  readonly varArgs?: V
  readonly name?: string
}

export type UdafOptions<I extends readonly DataType[], R extends DataType, Acc, V extends boolean = false> = UdafTypes<
  I,
  R,
  V
> &
  FunctionObject &
  AggregateMethods<Acc, ParametersOf<I, V>, ValueOf<R>>

/**
 * Declare an aggregate function. Parameter types follow from `inputTypes`, the accumulator's from `createAccumulator`.
 *
 * ```ts
 * const weightedAvg = udaf({
 *   inputTypes: [DataTypes.DOUBLE(), DataTypes.INT()], resultType: DataTypes.DOUBLE(), name: 'weightedAvg',
 *   createAccumulator: () => ({ sum: 0, weight: 0 }),
 *   accumulate(acc, value, weight) {
 *     if (value === null || weight === null) return
 *     acc.sum += value * weight
 *     acc.weight += weight
 *   },
 *   getValue: (acc) => (acc.weight === 0 ? null : acc.sum / acc.weight),
 * })
 * ```
 */
export function udaf<const I extends readonly DataType[], R extends DataType, Acc, const V extends boolean = false>(
  options: UdafOptions<I, R, Acc, V>,
): UserDefinedFunction
export function udaf<const I extends readonly DataType[], R extends DataType, Acc, const V extends boolean = false>(
  form:
    | (FunctionObject & AggregateMethods<Acc, ParametersOf<I, V>, ValueOf<R>>)
    | (new () => FunctionObject & AggregateMethods<Acc, ParametersOf<I, V>, ValueOf<R>>),
  options: UdafTypes<I, R, V>,
): UserDefinedFunction
export function udaf(form: unknown, types?: Types): UserDefinedFunction {
  return types === undefined
    ? aggregate(form as Form, form as Types, udaf)
    : aggregate(form as Form, { ...types, name: types.name ?? nameOf(form) }, udaf)
}

type Methods = AggregateMethods<unknown, unknown[], unknown>
type Form = FunctionForm<FunctionObject & Methods>
type Types = Partial<Overload> & {
  readonly accumulatorType?: DataType
  readonly overloads?: readonly Overload[]
  readonly name?: string
}

export function declareAggregateClass(form: unknown): UserDefinedFunction {
  const instance = (isClass(form) ? new form() : form) as AggregateFunction
  const { inputTypes, resultType, accumulatorType, varArgs, overloads } = instance
  const types = { inputTypes, resultType, accumulatorType, varArgs, overloads, name: nameOf(form) }
  return aggregate(form as Form, types, declareAggregateClass)
}

function aggregate(form: Form, types: Types, below: (...args: never[]) => unknown): UserDefinedFunction {
  const name = types.name ?? 'aggregate'
  const declared = declarationPlace(name, below)
  const overloads = overloadsOf(name, types)
  const holder = (isClass(form) ? form.prototype : form) as Partial<Methods>
  // Methods of an object literal are its own, those of a class are its prototype's; fields of a class need an instance.
  const probe = isClass(form) ? ({ ...new form(), ...methodsOf(holder) } as Partial<Methods>) : holder
  for (const method of ['createAccumulator', 'accumulate', 'getValue'] as const) {
    if (typeof probe[method] !== 'function') {
      throw failure('FUNCTION_WITHOUT_METHOD', { name, method }, { cause: declared })
    }
  }
  return {
    kind: 'rivulet-function',
    functionKind: 'aggregate',
    name,
    overloads,
    deterministic: true,
    asynchronous: false,
    objectAggregate(registeredName, site) {
      const overload = userSignature(registeredName, overloads).overloadOf(site.argTypes)
      return engineSide(registeredName, instanceFor(form, site), overload, site, types.accumulatorType, declared)
    },
    declare(registeredName): UserAggregateFunction {
      const signature = userSignature(registeredName, overloads)
      const fn: Declaration = {
        kind: 'aggregate',
        name: registeredName,
        doc: `User function ${name}.`,
        signature,
        emptyIsNull: false,
        retracts: typeof probe.retract === 'function',
        merges: typeof probe.merge === 'function',
        prepare(site) {
          const overload = signature.overloadOf(site.argTypes)
          const instance = instanceFor(form, site.context && { context: site.context })
          const functions = engineSide(registeredName, instance, overload, site, types.accumulatorType, declared)
          const own = { name: registeredName, doc: '', signature, emptyIsNull: false }
          return objectAggregate(own, functions).prepare(site)
        },
      }
      return { kind: 'aggregate', name: registeredName, fn }
    },
  }
}

function methodsOf(prototype: object): object {
  const methods: Record<string, unknown> = {}
  for (let at = prototype; at !== Object.prototype && at !== null; at = Object.getPrototypeOf(at)) {
    for (const key of Object.getOwnPropertyNames(at)) {
      const value = Object.getOwnPropertyDescriptor(at, key)?.value
      if (!(key in methods) && key !== 'constructor' && typeof value === 'function') methods[key] = value
    }
  }
  return methods
}

/** The user's functions over program values as functions over engine values. */
function engineSide(
  name: string,
  user: Methods,
  overload: Overload,
  site: AggregateSite,
  accumulatorType: DataType | undefined,
  declared: Error,
): ObjectAggregate<unknown> {
  const to = site.argTypes.map((_, i) => {
    const input = inputAt(overload, i)
    return toExternal(input.logicalType, input)
  })
  const { logicalType } = overload.resultType
  const back = toInternal(logicalType)
  const stored = accumulatorType && {
    type: accumulatorType.logicalType,
    read: toExternal(accumulatorType.logicalType, accumulatorType),
    write: toInternal(accumulatorType.logicalType),
  }
  const read = stored?.read ?? ((value: unknown) => value)
  const write = stored?.write ?? ((value: unknown) => value as Value)
  const failed = (error: unknown, method: string, args: readonly unknown[]): never => {
    if (isRivuletError(error)) throw error
    const reason = error instanceof Error ? error.message : String(error)
    return fail('FUNCTION_FAILED', { name: `${name}.${method}`, args: argsText(args), reason }, { cause: error })
  }
  const change = (method: 'accumulate' | 'retract') => (accumulator: unknown, args: readonly Value[]) => {
    const given = args.map((arg, i) => to[i](arg))
    const current = read(accumulator as Value)
    try {
      const returned = (user[method] as Methods['accumulate'])(current, ...given)
      return write(replaced(current, returned))
    } catch (error) {
      return failed(error, method, given)
    }
  }
  const [accumulate, retract] = [change('accumulate'), change('retract')]
  return {
    ...(stored && { accumulatorType: stored.type }),
    createAccumulator() {
      const created = user.createAccumulator()
      if (stored !== undefined) return write(created)
      const isPlain =
        typeof created !== 'object' ||
        created === null ||
        isPlainObject(created) ||
        Array.isArray(created) ||
        created instanceof Map ||
        created instanceof Set
      if (!isPlain || created === undefined) {
        const found = created === undefined ? 'undefined' : `an instance of ${created.constructor.name}`
        throw failure('FUNCTION_ACCUMULATOR', { name, found }, { cause: declared })
      }
      return created
    },
    accumulate: (accumulator, ...args) => accumulate(accumulator, args),
    ...(user.retract && { retract: (accumulator: unknown, ...args: Value[]) => retract(accumulator, args) }),
    ...(user.merge && {
      merge(accumulator: unknown, other: unknown) {
        const current = read(accumulator as Value)
        // A copy: what the user's function takes over from the other must not change when that one goes on.
        const given = stored === undefined ? copyPlain(other) : read(other as Value)
        try {
          return write(replaced(current, user.merge?.(current, [given])))
        } catch (error) {
          return failed(error, 'merge', [])
        }
      },
    }),
    getValue(accumulator) {
      const current = read(accumulator as Value)
      let value: unknown
      try {
        value = user.getValue(current)
      } catch (error) {
        return failed(error, 'getValue', [current])
      }
      if (value === undefined || value instanceof Promise || (value === null && !logicalType.nullable)) {
        throw wrongResult(name, value, [current], declared)
      }
      try {
        return back(value)
      } catch (error) {
        if (!isRivuletError(error)) throw error
        const params = { name, args: argsText([current]), problem: error.message }
        throw failure('FUNCTION_WRONG_RESULT', params, { cause: declared })
      }
    },
  }
}

/** What `accumulate` returned replaces the accumulator, unless it is a by-product (`(acc, x) => acc.push(x)`). */
function replaced(current: unknown, returned: unknown): unknown {
  if (returned === undefined || returned === null) return current
  return typeof current === 'object' && current !== null && typeof returned !== 'object' ? current : returned
}
