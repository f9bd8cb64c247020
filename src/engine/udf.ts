/**
 * Users' scalar functions.
 *
 * Laws
 * - A user's function is declared through the same contract as a built-in one (`expr/function.ts`).
 * - It is given program values (the table of `DataTypes`), NULL as `null`, also where the declared type is NOT NULL only if
 *   the row has one there; `undefined` as a result is an error, NULL is `null`.
 */
import type { ScalarFunction, Signature } from '../expr/function.ts'
import { supportsImplicitCast } from '../types/common-type.ts'
import { typeText } from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import type { DataType, ValueOf } from './data-types.ts'
import { toExternal, toInternal } from './external.ts'

type Parameters<I extends readonly DataType[]> = { [K in keyof I]: ValueOf<I[K]> }

export interface UdfOptions<I extends readonly DataType[], R extends DataType> {
  /** Types of the parameters, in order. */
  readonly inputTypes: I
  readonly resultType: R
  /** False: the function may give different results for equal arguments; it is never folded or shared. Default true. */
  readonly deterministic?: boolean
  /** Name for messages; default: the function's own. */
  readonly name?: string
}

/** A declared user function; hand it to `createTemporaryFunction` or `registerFunction`. */
export interface UserDefinedFunction {
  readonly kind: 'rivulet-scalar-function'
  readonly name: string
  /** The function as the engine calls it, under the name that it is registered with. */
  scalar(registeredName: string): ScalarFunction
}

/**
 * Declare a scalar function. Parameter types follow from `inputTypes`.
 *
 * ```ts
 * const provinceIdToName = udf((id) => (id === null ? null : provinces[id]), {
 *   inputTypes: [DataTypes.INT()], resultType: DataTypes.STRING(),
 * })
 * ```
 */
export function udf<const I extends readonly DataType[], R extends DataType>(
  fn: (...args: Parameters<I>) => ValueOf<R>,
  options: UdfOptions<I, R>,
): UserDefinedFunction {
  const name = options.name ?? (fn.name === '' ? 'udf' : fn.name)
  return {
    kind: 'rivulet-scalar-function',
    name,
    scalar: (registeredName) => ({
      kind: 'scalar',
      name: registeredName,
      theme: 'auxiliary',
      doc: `User function ${name}.`,
      signature: exactSignature(registeredName, options.inputTypes, options.resultType),
      nulls: 'custom',
      determinism: options.deterministic === false ? 'random' : 'deterministic',
      prepare: () => evaluator(fn as (...args: unknown[]) => unknown, options.inputTypes, options.resultType),
      examples: [],
    }),
  }
}

export function isUserDefinedFunction(value: unknown): value is UserDefinedFunction {
  return (value as { kind?: unknown } | null)?.kind === 'rivulet-scalar-function'
}

function exactSignature(name: string, inputs: readonly DataType[], result: DataType): Signature {
  return {
    minArgs: inputs.length,
    maxArgs: inputs.length,
    texts: [`${name}(${inputs.map((input) => typeText(input.logicalType)).join(', ')})`],
    resolve(args) {
      if (args.length !== inputs.length) return undefined
      const fits = args.every((arg, i) => supportsImplicitCast(arg.type, inputs[i].logicalType))
      if (!fits) return undefined
      return { args: inputs.map((input) => input.logicalType), returns: result.logicalType }
    },
  }
}

/** The call with conversions; one and two arguments without an array per call. */
function evaluator(fn: (...args: unknown[]) => unknown, inputs: readonly DataType[], result: DataType) {
  const to = inputs.map((input) => toExternal(input.logicalType, input))
  const back = toInternal(result.logicalType)
  // `undefined` goes through: whoever called names the function and the row.
  const finish = (value: unknown): Value => (value === undefined ? (undefined as never) : back(value))
  const [a, b] = to
  switch (to.length) {
    case 0:
      return () => finish(fn())
    case 1:
      return (x: Value) => finish(fn(a(x)))
    case 2:
      return (x: Value, y: Value) => finish(fn(a(x), b(y)))
    default:
      return (...args: Value[]) => finish(fn(...args.map((arg, i) => to[i](arg))))
  }
}
