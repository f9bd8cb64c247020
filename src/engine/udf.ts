/**
 * Users' scalar functions.
 *
 * Laws
 * - A user's function is declared through the same contract as a built-in one (`expr/function.ts`).
 * - It is given program values (the table of `DataTypes`), NULL as `null`, also where the declared type is NOT NULL only if
 *   the row has one there; `undefined` as a result is an error, NULL is `null`.
 */
import { failure } from '../base/errors.ts'
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
  // Where the user's code called `udf`: the line to show when the function returns undefined, which leaves no stack.
  const declared = new Error(`${name} is declared here`)
  Error.captureStackTrace(declared, udf)
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
      prepare: () =>
        evaluator(fn as (...args: unknown[]) => unknown, options.inputTypes, options.resultType, (args) =>
          failure(
            'FUNCTION_RETURNED_UNDEFINED',
            { name: registeredName, args: args.map(shown).join(', ') },
            { cause: declared },
          ),
        ),
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

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

/** The call with conversions; one and two arguments without an array per call. */
function evaluator(
  fn: (...args: unknown[]) => unknown,
  inputs: readonly DataType[],
  result: DataType,
  undefinedResult: (args: readonly unknown[]) => Error,
) {
  const to = inputs.map((input) => toExternal(input.logicalType, input))
  const back = toInternal(result.logicalType)
  const [a, b] = to
  switch (to.length) {
    case 1:
      return (x: Value) => {
        const value = fn(a(x))
        if (value === undefined) throw undefinedResult([a(x)])
        return back(value)
      }
    case 2:
      return (x: Value, y: Value) => {
        const value = fn(a(x), b(y))
        if (value === undefined) throw undefinedResult([a(x), b(y)])
        return back(value)
      }
    default:
      return (...args: Value[]) => {
        const given = args.map((arg, i) => to[i](arg))
        const value = fn(...given)
        if (value === undefined) throw undefinedResult(given)
        return back(value)
      }
  }
}
