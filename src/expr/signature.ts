/**
 * How a function declares its arguments and its result.
 *
 * ```ts
 * signature: args([STRING, STRING, INT], returns(STRING))                 // exact types, implicit casts
 * signature: args([NUMERIC], ofArg(0))                                     // any number, not cast; the same type comes back
 * signature: args([CHARACTER_STRING, optional(INT)], nullable(STRING))     // result is always nullable
 * signature: args([common(ANY), variadic(common(ANY), 1)], commonOf())     // all cast to one type
 * signature: overloads(args([BIGINT], returns(STRING)), args([STRING], returns(STRING)))
 * ```
 *
 * Laws
 * - A type stands for "this type, or what Flink casts to it implicitly" (`types/common-type.ts`); an argument that the cast
 *   would not change keeps its own type, and nullability is the argument's.
 * - A family stands for "any type of the family" and never casts. An untyped NULL fits everywhere.
 * - `returns`, `ofArg`, `commonOf`, `computed` are nullable when any argument is; `nullable(…)` always, `present(…)` never.
 * - Overloads are tried in order; the first that needs no cast wins, else the first that fits.
 */
import { castIsVoid, commonType, supportsImplicitCast } from '../types/common-type.ts'
import { isInFamily, type TypeFamily } from '../types/family.ts'
import { type LogicalType, sameType, typeText, withNullable, withoutAttribute } from '../types/logical-type.ts'
import type { ArgInfo, Resolution, Signature, TypingContext } from './function.ts'

/** One position of a signature. */
export interface Param {
  /** The type that the argument is cast to, or undefined when it does not fit. */
  match(arg: ArgInfo, session: TypingContext): LogicalType | undefined
  readonly text: string
  readonly optional?: true
  /** Takes this and all further arguments, at least `minimum` of them. */
  readonly variadic?: { readonly minimum: number }
  /** Cast, after matching, to the common type of all arguments that are marked so. */
  readonly common?: true
}

/** What the result's type is computed from. */
export interface MatchedArg extends ArgInfo {
  /** The type after the implicit cast. */
  readonly type: LogicalType
}

export interface Result {
  type(args: readonly MatchedArg[], session: TypingContext): LogicalType | undefined
}

/** A signature that still wants the function's name for its texts; `scalar({ … })` gives it. */
export type Shape = (name: string) => Signature

// ---- Positions ---------------------------------------------------------------------------------------------------

const family = (name: TypeFamily): Param => ({
  text: name,
  match: ({ type }) =>
    type.kind === 'NULL' || (isInFamily(type, name) && type.kind !== 'SYMBOL') ? withoutAttribute(type) : undefined,
})

export const ANY = family('ANY')
export const NUMERIC = family('NUMERIC')
export const INTEGER_NUMERIC = family('INTEGER_NUMERIC')
export const EXACT_NUMERIC = family('EXACT_NUMERIC')
export const APPROXIMATE_NUMERIC = family('APPROXIMATE_NUMERIC')
export const CHARACTER_STRING = family('CHARACTER_STRING')
export const BINARY_STRING = family('BINARY_STRING')
export const DATETIME = family('DATETIME')
export const TIMESTAMP = family('TIMESTAMP')
export const INTERVAL = family('INTERVAL')
export const INTERVAL_YEAR_MONTH = family('INTERVAL_YEAR_MONTH')
export const INTERVAL_DAY_TIME = family('INTERVAL_DAY_TIME')
export const ARRAY = family('ARRAY')
export const MAP = family('MAP')
export const MULTISET = family('MULTISET')
export const ROW = family('ROW')

/** Any type of any of the families. */
export function anyOf(...params: readonly Param[]): Param {
  return {
    text: params.map((param) => param.text).join(' | '),
    match(arg, session) {
      for (const param of params) {
        const type = param.match(arg, session)
        if (type !== undefined) return type
      }
      return undefined
    },
  }
}

/** A declared type, reached by implicit casts. Plain types in `args([…])` mean this. */
export function typed(target: LogicalType): Param {
  return {
    text: typeText(withNullable(target, true)),
    match({ type }) {
      if (!supportsImplicitCast(type, target)) return undefined
      if (type.kind === 'NULL') return withNullable(target, true)
      return castIsVoid(type, target) ? withoutAttribute(type) : withNullable(target, type.nullable)
    },
  }
}

/** Exactly this kind of type with any length or precision, without cast. */
export function kindOf(...kinds: readonly LogicalType['kind'][]): Param {
  return {
    text: kinds.join(' | '),
    match: ({ type }) => (kinds.includes(type.kind) || type.kind === 'NULL' ? withoutAttribute(type) : undefined),
  }
}

/** Must be a constant (a pattern, a path, a unit). */
export function literal(inner: Param | LogicalType): Param {
  const param = asParam(inner)
  return {
    ...param,
    text: `<${param.text} literal>`,
    match: (arg, session) => (arg.literal === undefined ? undefined : param.match(arg, session)),
  }
}

/** A keyword argument such as DAY in `FLOOR(t TO DAY)`. */
export function symbol(...words: readonly string[]): Param {
  return {
    text: words.length > 4 ? `${words.slice(0, 4).join(' | ')} | …` : words.join(' | '),
    match: ({ type, literal: constant }) =>
      type.kind === 'SYMBOL' && words.includes(String(constant?.value)) ? type : undefined,
  }
}

/** NULL without a type is refused here, as Flink's older operators do. */
export function noNullLiteral(inner: Param | LogicalType): Param {
  const param = asParam(inner)
  return { ...param, match: (arg, session) => (arg.type.kind === 'NULL' ? undefined : param.match(arg, session)) }
}

export function optional(inner: Param | LogicalType): Param {
  const param = asParam(inner)
  return { ...param, text: `[${param.text}]`, optional: true }
}

export function variadic(inner: Param | LogicalType, minimum = 0): Param {
  const param = asParam(inner)
  return { ...param, text: `${param.text}…`, variadic: { minimum } }
}

export function common(inner: Param | LogicalType): Param {
  return { ...asParam(inner), common: true }
}

function asParam(inner: Param | LogicalType): Param {
  return 'kind' in inner ? typed(inner) : inner
}

// ---- Results -----------------------------------------------------------------------------------------------------

const anyNullable = (args: readonly MatchedArg[]) => args.some((arg) => arg.type.nullable)

/** This type, nullable when any argument is. */
export function returns(type: LogicalType): Result {
  return { type: (args) => withNullable(type, anyNullable(args)) }
}

/** The type of an argument (after its cast), nullable when any argument is. */
export function ofArg(index: number): Result {
  return { type: (args) => withNullable(args[index].type, anyNullable(args)) }
}

/** The common type of all arguments. */
export function commonOf(): Result {
  return { type: (args) => commonType(args.map((arg) => arg.type)) }
}

/** A type computed from the arguments, nullable when any argument is; undefined when they do not fit after all. */
export function computed(
  compute: (args: readonly MatchedArg[], session: TypingContext) => LogicalType | undefined,
): Result {
  return {
    type(args, session) {
      const type = compute(args, session)
      return type && withNullable(type, anyNullable(args))
    },
  }
}

/** A type computed from the arguments, nullability included. */
export function exactly(
  compute: (args: readonly MatchedArg[], session: TypingContext) => LogicalType | undefined,
): Result {
  return { type: compute }
}

/** Nullable whatever the arguments are. */
export function nullable(inner: LogicalType | Result): Result {
  return {
    type(args, session) {
      const type = 'kind' in inner ? inner : inner.type(args, session)
      return type && withNullable(type, true)
    },
  }
}

/** Never NULL. */
export function present(inner: LogicalType | Result): Result {
  return {
    type(args, session) {
      const type = 'kind' in inner ? inner : inner.type(args, session)
      return type && withNullable(type, false)
    },
  }
}

// ---- Signatures --------------------------------------------------------------------------------------------------

/** Positions and a result. */
export function args(positions: readonly (Param | LogicalType)[], result: Result): Shape {
  const params = positions.map(asParam)
  const last = params.at(-1)
  const fixed = last?.variadic === undefined ? params.length : params.length - 1
  const required = params.slice(0, fixed).filter((param) => param.optional === undefined).length
  const minArgs = required + (last?.variadic?.minimum ?? 0)
  const maxArgs = last?.variadic === undefined ? params.length : Number.POSITIVE_INFINITY
  return (name) => ({
    texts: [`${name}(${params.map((param) => param.text).join(', ')})`],
    minArgs,
    maxArgs,
    resolve(given, session) {
      if (given.length < minArgs || given.length > maxArgs) return undefined
      const paramAt = (i: number) => params[Math.min(i, params.length - 1)]
      const matched: MatchedArg[] = []
      for (let i = 0; i < given.length; i++) {
        const type = paramAt(i).match(given[i], session)
        if (type === undefined) return undefined
        matched.push({ ...given[i], type })
      }
      return finish(matched, paramAt, result, session)
    },
  })
}

function finish(
  matched: MatchedArg[],
  paramAt: (i: number) => Param,
  result: Result,
  session: TypingContext,
): Resolution | undefined {
  const mixed = matched.filter((_, i) => paramAt(i).common)
  if (mixed.length > 0) {
    const target = commonType(mixed.map((arg) => arg.type))
    if (target === undefined) return undefined
    matched.forEach((arg, i) => {
      if (!paramAt(i).common || castIsVoid(arg.type, target)) return
      matched[i] = { ...arg, type: withNullable(target, arg.type.nullable || arg.type.kind === 'NULL') }
    })
  }
  const type = result.type(matched, session)
  return type && { args: matched.map((arg) => arg.type), returns: withoutAttribute(type) }
}

/** Several signatures of one function. */
export function overloads(...shapes: readonly Shape[]): Shape {
  return (name) => {
    const signatures = shapes.map((shape) => shape(name))
    return {
      texts: signatures.flatMap((signature) => signature.texts),
      minArgs: Math.min(...signatures.map((signature) => signature.minArgs)),
      maxArgs: Math.max(...signatures.map((signature) => signature.maxArgs)),
      resolve(given, session) {
        let first: Resolution | undefined
        for (const signature of signatures) {
          const resolution = signature.resolve(given, session)
          if (resolution === undefined) continue
          if (resolution.args.every((type, i) => sameType(type, given[i].type, true))) return resolution
          first ??= resolution
        }
        return first
      },
    }
  }
}

/** A signature with rules of its own; `texts` are what messages show. */
export function custom(
  texts: readonly string[],
  minArgs: number,
  maxArgs: number,
  resolve: (given: readonly ArgInfo[], session: TypingContext) => Resolution | undefined,
): Shape {
  return () => ({
    texts,
    minArgs,
    maxArgs,
    resolve(given, session) {
      if (given.length < minArgs || given.length > maxArgs) return undefined
      const resolution = resolve(given, session)
      return resolution && { args: resolution.args, returns: withoutAttribute(resolution.returns) }
    },
  })
}
