/**
 * Signatures of users' functions.
 *
 * Laws
 * - Of several ways to call a function the first that needs no cast is taken, else the first that fits with implicit casts.
 * - A call keeps its way when it runs: the way whose types its arguments have.
 */
import { fail } from '../../base/errors.ts'
import type { ArgInfo, Resolution, Signature } from '../../expr/function.ts'
import { supportsImplicitCast } from '../../types/common-type.ts'
import { type LogicalType, sameType, typeText, withoutAttribute } from '../../types/logical-type.ts'
import type { DataType } from '../data-types.ts'
import type { Overload } from './declared.ts'

export interface UserSignature extends Signature {
  /** The way that a bound call goes, by the types of its arguments. */
  overloadOf(args: readonly LogicalType[]): Overload
}

/** @param returns result type of a way as the engine sees it; default: its declared one */
export function userSignature(
  name: string,
  overloads: readonly Overload[],
  returns: (overload: Overload) => LogicalType = (overload) => overload.resultType.logicalType,
): UserSignature {
  const ways = overloads.map((overload) => ({ overload, text: signatureText(name, overload) }))
  const counts = overloads.map(({ inputTypes, varArgs }) =>
    varArgs === true
      ? { min: inputTypes.length - 1, max: Number.POSITIVE_INFINITY }
      : { min: inputTypes.length, max: inputTypes.length },
  )
  const takes = (i: number, count: number) => count >= counts[i].min && count <= counts[i].max
  const resolutionOf = (overload: Overload, count: number): Resolution => ({
    args: Array.from({ length: count }, (_, i) => inputAt(overload, i).logicalType),
    returns: returns(overload),
  })
  const equal = (given: LogicalType, overload: Overload, i: number) =>
    sameType(withoutAttribute(given), inputAt(overload, i).logicalType, true)
  const fits = (arg: ArgInfo, overload: Overload, i: number) =>
    supportsImplicitCast(arg.type, inputAt(overload, i).logicalType)
  const best = (args: readonly ArgInfo[]): number => {
    const possible = ways.map((_, i) => i).filter((i) => takes(i, args.length))
    const exact = possible.find((i) => args.every((arg, k) => equal(arg.type, ways[i].overload, k)))
    return exact ?? possible.find((i) => args.every((arg, k) => fits(arg, ways[i].overload, k))) ?? -1
  }
  return {
    texts: ways.map(({ text }) => text),
    minArgs: Math.min(...counts.map(({ min }) => min)),
    maxArgs: Math.max(...counts.map(({ max }) => max)),
    resolve(args) {
      const i = best(args)
      return i === -1 ? undefined : resolutionOf(ways[i].overload, args.length)
    },
    nearest(args) {
      if (ways.length < 2) return undefined
      const score = ({ overload }: (typeof ways)[number], i: number) =>
        args.filter((arg, k) => k < overload.inputTypes.length && fits(arg, overload, k)).length -
        (takes(i, args.length) ? 0 : 0.5 + Math.abs(args.length - overload.inputTypes.length))
      const scores = ways.map(score)
      return ways[scores.indexOf(Math.max(...scores))].text
    },
    overloadOf(args) {
      const i = best(args.map((type) => ({ type })))
      if (i !== -1) return ways[i].overload
      return fail('FUNCTION_INTERNAL', { detail: `${name} has no way for (${args.map(typeText).join(', ')})` })
    },
  }
}

export function inputAt({ inputTypes, varArgs }: Overload, i: number): DataType {
  return varArgs === true && i >= inputTypes.length ? inputTypes[inputTypes.length - 1] : inputTypes[i]
}

function signatureText(name: string, { inputTypes, varArgs }: Overload): string {
  const texts = inputTypes.map((input) => typeText(input.logicalType))
  if (varArgs === true) texts.push(`${texts.pop()}…`)
  return `${name}(${texts.join(', ')})`
}

/** The ways that the options of a declaration, or a class, name. */
export function overloadsOf(
  name: string,
  declared: Partial<Overload> & { readonly overloads?: readonly Overload[] },
): readonly Overload[] {
  const { overloads, inputTypes, resultType, varArgs } = declared
  if (overloads !== undefined && overloads.length > 0) return overloads
  if (inputTypes === undefined || resultType === undefined) {
    const missing = inputTypes === undefined ? 'inputTypes' : 'resultType'
    return fail('FUNCTION_WITHOUT_TYPES', { name, missing })
  }
  if (varArgs === true && inputTypes.length === 0) fail('FUNCTION_WITHOUT_TYPES', { name, missing: 'inputTypes' })
  return [{ inputTypes, resultType, varArgs }]
}
