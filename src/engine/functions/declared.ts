/**
 * What users' functions of every kind have in common: declaration, instances, errors.
 *
 * Laws
 * - A function is registered as a value of `udf`, `udaf`, `udtf`, `asyncUdf`, or as a class (or an instance of one) that
 *   extends `ScalarFunction`, `AggregateFunction`, `TableFunction` or `AsyncScalarFunction` and says its types itself.
 * - Of a class, every call in a query and every subtask has an instance of its own; a given instance is shared, opened before
 *   its first use and closed after its last.
 */
import { failure } from '../../base/errors.ts'
import type { UserFunction } from '../../catalog/function.ts'
import type { CallSite, EvalContext, Lifecycle } from '../../expr/function.ts'
import type { AggregateSite } from '../../functions/aggregate/contract.ts'
import type { ObjectAggregate } from '../../functions/aggregate/object.ts'
import type { DataType } from '../data-types.ts'
import { FunctionContext } from './function-context.ts'

/** A declared user function; hand it to `createTemporaryFunction` or `registerFunction`. */
export interface UserDefinedFunction {
  readonly kind: 'rivulet-function'
  readonly functionKind: UserFunction['kind']
  readonly name: string
  readonly overloads: readonly Overload[]
  readonly deterministic: boolean
  readonly asynchronous: boolean
  /** Of an aggregate: its functions over engine values, for one call. */
  objectAggregate?(
    registeredName: string,
    site: AggregateSite & { readonly context: EvalContext },
  ): ObjectAggregate<unknown>
  /** The function as the catalog holds it, under the name that it is registered with. */
  declare(registeredName: string): UserFunction
}

/** The types of one way to call a function. */
export interface Overload<I extends readonly DataType[] = readonly DataType[], R extends DataType = DataType> {
  /** Types of the parameters, in order. */
  readonly inputTypes: I
  readonly resultType: R
  /** The last parameter takes any number of arguments, none included. */
  readonly varArgs?: boolean
}

/** What classes of functions have in common; their `open` and `close` come with the subtask that calls them. */
export interface FunctionObject {
  open?(context: FunctionContext): void | Promise<void>
  close?(): void | Promise<void>
}

/** The mark of the base classes, known across copies of the package. */
export const FUNCTION_KIND: unique symbol = Symbol.for('rivulet.function-kind') as never

export type FunctionClassKind = 'scalar' | 'async' | 'aggregate' | 'table'

type Constructor<T> = new () => T
/** A function, an object with it as a method, or a class of such objects. */
export type FunctionForm<T> = T | Constructor<T>

/** The class kind of a class or instance; undefined for anything else. */
export function classKind(value: unknown): FunctionClassKind | undefined {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined
  const holder = typeof value === 'function' ? (value as { prototype?: unknown }).prototype : value
  return (holder as { [FUNCTION_KIND]?: FunctionClassKind } | null | undefined)?.[FUNCTION_KIND]
}

export function isClass(value: unknown): value is Constructor<object> {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))
}

export function isUserDefinedFunction(value: unknown): value is UserDefinedFunction {
  return (value as { kind?: unknown } | null)?.kind === 'rivulet-function'
}

export function nameOf(form: unknown): string {
  if (typeof form === 'function') return form.name === '' ? 'function' : form.name
  return (form as object).constructor.name
}

// ---- Instances -------------------------------------------------------------------------------------------------------

const shared = new WeakMap<object, { uses: number; opened: void | Promise<void> }>()

/** An instance for one call, opened and closed with the subtask. */
export function instanceFor<T extends object>(form: FunctionForm<T>, site: Pick<CallSite, 'context'> | undefined): T {
  const given = !isClass(form)
  const instance = (given ? form : new form()) as T & FunctionObject
  const { open, close } = instance
  if (typeof open !== 'function' && typeof close !== 'function') return instance
  const lifecycle: Lifecycle | undefined = site?.context.lifecycle
  const start = () => instance.open?.(new FunctionContext((key) => site?.context.option(key)))
  lifecycle?.add({
    open() {
      if (!given) return start()
      const known = shared.get(instance)
      if (known !== undefined) {
        known.uses++
        return known.opened
      }
      const opened = start()
      shared.set(instance, { uses: 1, opened })
      return opened
    },
    close() {
      if (!given) return instance.close?.()
      const known = shared.get(instance)
      if (known === undefined || --known.uses > 0) return
      shared.delete(instance)
      return instance.close?.()
    },
  })
  return instance
}

// ---- Errors ----------------------------------------------------------------------------------------------------------

/** Where the user's code declared the function: the line to show for mistakes that leave no stack. */
export function declarationPlace(name: string, below: (...args: never[]) => unknown): Error {
  const place = new Error(`${name} is declared here`)
  Error.captureStackTrace(place, below)
  return place
}

export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `${shown(key)}: ${shown(item)}`).join(', ')}}`
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${shown(item)}`)
      .join(', ')}}`
  }
  return String(value)
}

export const argsText = (args: readonly unknown[]): string => args.map(shown).join(', ')

/** The result is not what was declared: undefined, a promise, NULL of a NOT NULL type. */
export function wrongResult(name: string, value: unknown, args: readonly unknown[], declared: Error): Error {
  const params = { name, args: argsText(args) }
  const place = { cause: declared }
  if (value === undefined) return failure('FUNCTION_RETURNED_UNDEFINED', params, place)
  if (value === null) return failure('FUNCTION_RETURNED_NULL', params, place)
  return failure('FUNCTION_RETURNED_PROMISE', params, place)
}
