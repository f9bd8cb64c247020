/**
 * Users' scalar functions: `udf`, `asyncUdf`, `ScalarFunction`, `AsyncScalarFunction`.
 *
 * Laws
 * - A user's function is declared through the same contract as a built-in one (`expr/function.ts`).
 * - It is given program values (the table of `DataTypes`), NULL as `null`; `undefined` as a result is an error, NULL is `null`.
 * - It is called for rows only: calls with constant arguments are not folded, since a function may have effects. With
 *   `deterministic: false` equal calls for one row are not shared either.
 */
import { failure, isRivuletError } from '../../base/errors.ts'
import type { UserScalarFunction } from '../../catalog/function.ts'
import type { CallSite, ScalarFunction as ScalarDeclaration } from '../../expr/function.ts'
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
import { inputAt, overloadsOf, userSignature } from './signature.ts'

export type ValuesOf<I extends readonly DataType[]> = { -readonly [K in keyof I]: ValueOf<I[K]> }

/** The TypeScript parameters that follow from `inputTypes`; with `varArgs` the last repeats. */
export type ParametersOf<I extends readonly DataType[], V> = V extends true
  ? I extends readonly [...infer Head extends readonly DataType[], infer Last extends DataType]
    ? [...args: ValuesOf<Head>, ...rest: ValueOf<Last>[]]
    : never
  : ValuesOf<I>

interface CommonOptions {
  /** False: the function may give different results for equal arguments; calls are never shared. Default true. */
  readonly deterministic?: boolean
  /** Name for messages; default: the function's own. */
  readonly name?: string
}

export interface UdfOptions<I extends readonly DataType[], R extends DataType, V = boolean> extends CommonOptions {
  /** Types of the parameters, in order. */
  readonly inputTypes: I
  readonly resultType: R
  /** The last parameter takes any number of arguments, none included. */
  readonly varArgs?: V
}

export interface OverloadedOptions<O extends readonly Overload[]> extends CommonOptions {
  /** Ways to call the function; the first that needs no cast is taken, else the first that fits. */
  readonly overloads: O
}

type Eval<A extends readonly unknown[], R> = (...args: A) => R
type EvalForm<A extends readonly unknown[], R> =
  | Eval<A, R>
  | (FunctionObject & { eval: Eval<A, R> })
  | (new () => FunctionObject & { eval: Eval<A, R> })

type OverloadArgs<O extends readonly Overload[]> = {
  -readonly [K in keyof O]: ValuesOf<O[K]['inputTypes']>
}[number]

/**
 * Base of scalar functions written as classes: `eval` computes one value. Types are fields (`inputTypes`, `resultType`, or
 * `overloads`), or given to `udf(TheClass, { … })`.
 */
export abstract class ScalarFunction implements FunctionObject {
  readonly inputTypes?: readonly DataType[]
  readonly resultType?: DataType
  readonly varArgs?: boolean
  readonly overloads?: readonly Overload[]
  open?(context: FunctionContext): void | Promise<void>
  close?(): void | Promise<void>
  isDeterministic(): boolean {
    return true
  }
  get [FUNCTION_KIND](): 'scalar' | 'async' {
    return 'scalar'
  }
}

/** As `ScalarFunction`; `eval` gives a promise. */
export abstract class AsyncScalarFunction extends ScalarFunction {
  override get [FUNCTION_KIND](): 'async' {
    return 'async'
  }
}

/**
 * Declare a scalar function: a function, or a class or object with `eval` (and `open`, `close`). Parameter types follow from
 * `inputTypes`. An `async` function is called with bounded concurrency, its results in order of the rows.
 *
 * ```ts
 * const provinceIdToName = udf((id) => (id === null ? null : provinces[id]), {
 *   inputTypes: [DataTypes.INT()], resultType: DataTypes.STRING(),
 * })
 * ```
 */
export function udf<const I extends readonly DataType[], R extends DataType, const V extends boolean = false>(
  form: EvalForm<ParametersOf<I, V>, ValueOf<R> | Promise<ValueOf<R>>>,
  options: UdfOptions<I, R, V>,
): UserDefinedFunction
export function udf<const O extends readonly Overload[]>(
  form: EvalForm<OverloadArgs<O>, ValueOf<O[number]['resultType']>>,
  options: OverloadedOptions<O>,
): UserDefinedFunction
export function udf(form: unknown, options: ScalarOptions): UserDefinedFunction {
  return scalar(form as ScalarForm, options, isAsync(form), udf)
}

/** `udf` for functions that give promises without being `async` themselves. */
export function asyncUdf<const I extends readonly DataType[], R extends DataType, const V extends boolean = false>(
  form: EvalForm<ParametersOf<I, V>, Promise<ValueOf<R>>>,
  options: UdfOptions<I, R, V>,
): UserDefinedFunction {
  return scalar(form as ScalarForm, options, true, asyncUdf)
}

type ScalarForm =
  | FunctionForm<FunctionObject & { eval: (...args: unknown[]) => unknown }>
  | ((...args: unknown[]) => unknown)
type ScalarOptions = CommonOptions & Partial<Overload> & { readonly overloads?: readonly Overload[] }

function isAsync(form: unknown): boolean {
  const evaluate = isClass(form)
    ? (form.prototype as { eval?: unknown }).eval
    : typeof form === 'function'
      ? form
      : (form as { eval?: unknown }).eval
  const asyncMethod = evaluate?.constructor?.name === 'AsyncFunction'
  const holder = isClass(form) ? (form.prototype as object) : (form as object)
  return asyncMethod || (holder as { [FUNCTION_KIND]?: unknown })[FUNCTION_KIND] === 'async'
}

/** A class, or an instance of one, that says its types itself. */
export function declareScalarClass(form: unknown): UserDefinedFunction {
  const instance = (isClass(form) ? new form() : form) as ScalarFunction
  const { inputTypes, resultType, varArgs, overloads } = instance
  const options = { inputTypes, resultType, varArgs, overloads, deterministic: instance.isDeterministic() }
  return scalar(form as ScalarForm, options, isAsync(form), declareScalarClass)
}

function scalar(
  form: ScalarForm,
  options: ScalarOptions,
  asynchronous: boolean,
  below: (...args: never[]) => unknown,
): UserDefinedFunction {
  const name = options.name ?? nameOf(form)
  const declared = declarationPlace(name, below)
  const overloads = overloadsOf(name, options)
  const isObject = isClass(form) || typeof form !== 'function'
  const holder = isClass(form) ? form.prototype : form
  if (isObject && typeof (holder as { eval?: unknown }).eval !== 'function') {
    throw failure('FUNCTION_WITHOUT_METHOD', { name, method: 'eval' }, { cause: declared })
  }
  const evalFor = (site: CallSite): ((...args: unknown[]) => unknown) => {
    if (!isObject) return form as (...args: unknown[]) => unknown
    const instance = instanceFor(form as FunctionForm<FunctionObject & { eval: (...args: unknown[]) => unknown }>, site)
    return instance.eval.bind(instance)
  }
  return {
    kind: 'rivulet-function',
    functionKind: 'scalar',
    name,
    overloads,
    deterministic: options.deterministic !== false,
    asynchronous,
    declare(registeredName): UserScalarFunction {
      const signature = userSignature(registeredName, overloads)
      const callOf = (site: CallSite): Call => {
        const overload = signature.overloadOf(site.args.map((arg) => arg.type))
        const to = site.args.map((_, i) => {
          const input = inputAt(overload, i)
          return toExternal(input.logicalType, input)
        })
        return { name: registeredName, to, result: overload.resultType, fn: evalFor(site), declared }
      }
      const base = {
        kind: 'scalar' as const,
        name: registeredName,
        theme: 'auxiliary' as const,
        doc: `User function ${name}.`,
        signature,
        nulls: 'custom' as const,
        determinism: options.deterministic === false ? ('random' as const) : ('deterministic' as const),
        examples: [],
      }
      const fn: ScalarDeclaration = asynchronous
        ? { ...base, prepareAsync: (site) => asyncEvaluator(callOf(site)) }
        : { ...base, prepare: (site) => evaluator(callOf(site)) }
      return { kind: 'scalar', name: registeredName, fn }
    },
  }
}

// ---- Calls -----------------------------------------------------------------------------------------------------------

interface Call {
  readonly name: string
  readonly to: readonly ((value: Value) => unknown)[]
  readonly result: DataType
  readonly fn: (...args: unknown[]) => unknown
  readonly declared: Error
}

/** Results as engine values, with the function and its arguments in every complaint. */
function resultOf({ name, result, declared }: Call): (value: unknown, args: readonly unknown[]) => Value {
  const { logicalType } = result
  const back = toInternal(logicalType)
  return (value, args) => {
    if (value === undefined || (value === null && !logicalType.nullable) || value instanceof Promise) {
      throw wrongResult(name, value, args, declared)
    }
    try {
      return back(value)
    } catch (error) {
      if (!isRivuletError(error)) throw error
      const params = { name, args: argsText(args), problem: error.message }
      throw failure('FUNCTION_WRONG_RESULT', params, { cause: declared })
    }
  }
}

/** A result that needs no conversion: for numbers and strings no call beside the user's own. */
function plainCheck({ kind }: DataType['logicalType']): ((value: unknown) => boolean) | undefined {
  switch (kind) {
    case 'DOUBLE':
      return (value) => typeof value === 'number'
    case 'INTEGER':
      return (value) => typeof value === 'number' && (value | 0) === value && !Object.is(value, -0)
    case 'CHAR':
    case 'VARCHAR':
      return (value) => typeof value === 'string'
    case 'BOOLEAN':
      return (value) => typeof value === 'boolean'
    default:
      return undefined
  }
}

/** The call with conversions; up to three arguments without an array per call. */
function evaluator(call: Call) {
  const { fn, to } = call
  const convert = resultOf(call)
  const isPlain = plainCheck(call.result.logicalType) ?? (() => false)
  const [a, b, c] = to
  switch (to.length) {
    case 0:
      return () => convert(fn(), [])
    case 1:
      return (x: Value) => {
        const given = a(x)
        const value = fn(given)
        return isPlain(value) ? (value as Value) : convert(value, [given])
      }
    case 2:
      return (x: Value, y: Value) => {
        const [p, q] = [a(x), b(y)]
        const value = fn(p, q)
        return isPlain(value) ? (value as Value) : convert(value, [p, q])
      }
    case 3:
      return (x: Value, y: Value, z: Value) => {
        const [p, q, r] = [a(x), b(y), c(z)]
        const value = fn(p, q, r)
        return isPlain(value) ? (value as Value) : convert(value, [p, q, r])
      }
    default:
      return (...args: Value[]) => {
        const given = args.map((arg, i) => to[i](arg))
        return convert(fn(...given), given)
      }
  }
}

function asyncEvaluator(call: Call): (...args: Value[]) => Promise<Value> {
  const convert = resultOf(call)
  return async (...args) => {
    const given = args.map((arg, i) => call.to[i](arg))
    return convert(await call.fn(...given), given)
  }
}
