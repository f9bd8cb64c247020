/**
 * Constant folding: what does not depend on a row is computed while planning.
 *
 * Laws
 * - The folded tree gives the same values, and has the same type, as the tree it came from; functions that are not
 *   deterministic stay. A constant that is a whole is evaluated as a whole, then becomes a literal.
 * - Conditions that are constant choose their branch first, so that `CASE WHEN TRUE THEN 1 ELSE 1 / 0 END` is 1.
 * - A constant divided by a constant zero is an error here, of DOUBLE too, and so is a FLOAT that is not finite: Flink
 *   fails while planning. Other failures stay in the tree and fail when they are evaluated, if they are.
 * - A value compared with itself is equal to itself, NOT of a comparison is the opposite one: with NaN that makes a
 *   difference, and it is Flink's answer.
 * - As in Flink, a constant DOUBLE has no −0, a constant FLOAT that was computed has 7 digits, and `=` and `<>` compare
 *   numeric constants by their exact digits.
 */
import { fail } from '../base/errors.ts'
import { daysOf } from '../types/calendar.ts'
import { parseDigits } from '../types/decimal-text.ts'
import { compareDecimals } from '../types/exact-arithmetic.ts'
import { decimalDigits, isApproximate, isCharacter, isExactNumeric, isNumeric } from '../types/family.ts'
import { dateText } from '../types/format.ts'
import { doubleText, floatText } from '../types/java-number.ts'
import { BOOLEAN, DOUBLE, type LogicalType, sameType, withNullable } from '../types/logical-type.ts'
import { type Exact, exact, type Value } from '../types/value.ts'
import type { Environment } from './call.ts'
import type { CallExpr, CaseExpr, CastExpr, Expr, LiteralExpr } from './expr.ts'
import { interpret } from './interpret.ts'
import { exprKey } from './key.ts'

export function foldConstants(expr: Expr, environment: Environment): Expr {
  return withType(settle(simplify(expr, environment), environment), expr.type)
}

/** Choosing a branch may leave an expression that is never NULL; the whole keeps the type that it was declared with. */
function withType(folded: Expr, type: LogicalType): Expr {
  return folded.type.nullable === type.nullable || !sameType(folded.type, type, true)
    ? folded
    : { ...folded, type: withNullable(folded.type, type.nullable) }
}

// ---- Branches that are decided ------------------------------------------------------------------------------------

/** Top-down: what is decided by constants goes; constant subtrees stay as they are, to be evaluated as wholes. */
function simplify(expr: Expr, environment: Environment): Expr {
  const into = (inner: Expr) => simplify(inner, environment)
  switch (expr.kind) {
    case 'literal':
    case 'input':
      return expr
    case 'cast':
      if (expr.type.kind === 'FLOAT' && expr.arg.kind === 'literal' && isCharacter(expr.arg.type)) {
        return { ...expr, arg: floatDigits(expr, environment) }
      }
      if (expr.type.kind === 'DOUBLE' && expr.arg.kind === 'literal' && isCharacter(expr.arg.type)) {
        if (evaluate(expr, environment) === 0) return { kind: 'literal', value: 0, type: expr.type, span: expr.span }
      }
      return same(expr, [expr.arg], [into(expr.arg)], ([arg]) => ({ ...expr, arg }))
    case 'case':
      return simplifyCase(expr, environment)
    case 'call':
      if (expr.user !== true) {
        switch (expr.fn) {
          case 'AND':
          case 'OR':
            return simplifyJunction(expr, expr.fn === 'AND', environment)
          case 'IF': {
            const { value, simplified } = decide(expr.args[0], environment)
            if (value !== undefined) return retyped(into(value === true ? expr.args[1] : expr.args[2]), expr)
            const args = [simplified, ...expr.args.slice(1).map(into)]
            return same(expr, expr.args, args, (changed) => ({ ...expr, args: changed }))
          }
          case 'NOT':
            return simplifyNot(expr, into(expr.args[0]))
          case '=':
          case '<=':
          case '>=':
          case '<>':
          case '<':
          case '>':
          case 'IS DISTINCT FROM':
          case 'IS NOT DISTINCT FROM':
            return simplifyComparison(
              same(expr, expr.args, expr.args.map(into), (args) => ({ ...expr, args })),
              environment,
            )
        }
      }
      return same(expr, expr.args, expr.args.map(into), (args) => ({ ...expr, args }))
  }
}

/** The same object when no child changed, so that keys stay cached. */
function same<T extends Expr>(
  expr: T,
  before: readonly Expr[],
  after: readonly Expr[],
  make: (children: readonly Expr[]) => T,
): T {
  return before.every((child, i) => child === after[i]) ? expr : make(after)
}

interface Decision {
  readonly simplified: Expr
  /** Of a constant; undefined when it is none, or when it fails, which is for the row to find out. */
  readonly value: Value | undefined
}

function decide(expr: Expr, environment: Environment): Decision {
  const simplified = simplify(expr, environment)
  if (simplified.kind === 'literal') return { simplified, value: simplified.value }
  const value = isConstant(simplified, environment) ? evaluate(simplified, environment) : undefined
  return { simplified, value }
}

function simplifyCase(expr: CaseExpr, environment: Environment): Expr {
  const branches: { when: Expr; result: Expr }[] = []
  for (const branch of expr.branches) {
    const { value, simplified: when } = decide(branch.when, environment)
    if (value === true) {
      const otherwise = simplify(branch.result, environment)
      return branches.length === 0 ? otherwise : { ...expr, branches, otherwise }
    }
    if (value === undefined) branches.push({ when, result: simplify(branch.result, environment) })
  }
  const otherwise = simplify(expr.otherwise, environment)
  return branches.length === 0 ? otherwise : { ...expr, branches, otherwise }
}

function simplifyJunction(expr: CallExpr, conjunction: boolean, environment: Environment): Expr {
  const args: Expr[] = []
  for (const arg of expr.args) {
    const { value, simplified } = decide(arg, environment)
    if (value === conjunction) continue
    if (value === !conjunction && args.every((left) => isConstant(left, environment))) {
      return truth(!conjunction, expr)
    }
    args.push(simplified)
    // Nothing behind it is ever evaluated.
    if (value === !conjunction) break
  }
  if (args.length === 0) return truth(conjunction, expr)
  if (args.length === 1) return retyped(args[0], expr)
  return same(expr, expr.args, args, (changed) => ({ ...expr, args: changed }))
}

function truth(value: boolean, expr: Expr): LiteralExpr {
  return { kind: 'literal', value, type: expr.type, ...(expr.span && { span: expr.span }) }
}

/** A literal takes the type of what it replaces; anything else keeps its own. */
function retyped(expr: Expr, of: Expr): Expr {
  return expr.kind === 'literal' ? { ...expr, type: of.type } : expr
}

const OPPOSITE: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
}

/** NOT of a comparison is the opposite comparison, also where NaN makes both FALSE. */
function simplifyNot(expr: CallExpr, arg: Expr): Expr {
  if (arg.kind === 'call' && arg.user !== true && OPPOSITE[arg.fn] !== undefined)
    return { ...arg, fn: OPPOSITE[arg.fn] }
  return same(expr, expr.args, [arg], (args) => ({ ...expr, args }))
}

/** A value compared with itself is decided but for NULL, also where it is NaN. */
function simplifySelf(expr: CallExpr, operand: Expr): Expr | undefined {
  const answer = truth(['=', '<=', '>=', 'IS NOT DISTINCT FROM'].includes(expr.fn), expr)
  if (!operand.type.nullable || expr.fn.startsWith('IS ')) return answer
  if (!isApproximate(operand.type)) return undefined
  const when: Expr = { kind: 'call', fn: 'IS NULL', args: [operand], type: withNullable(BOOLEAN, false) }
  const unknown: Expr = { kind: 'literal', value: null, type: withNullable(BOOLEAN, true) }
  return { kind: 'case', branches: [{ when, result: unknown }], otherwise: answer, type: expr.type }
}

function simplifyComparison(expr: CallExpr, environment: Environment): Expr {
  const [left, right] = expr.args
  if (exprKey(left) === exprKey(right) && isDeterministic(left, environment)) {
    const decided = simplifySelf(expr, left)
    if (decided !== undefined) return decided
  }
  if ((expr.fn === '=' || expr.fn === '<>') && (isApproximate(left.type) || isApproximate(right.type))) {
    const a = digitsOf(left, environment)
    const b = a && digitsOf(right, environment)
    if (a && b) return truth((compareDecimals(a.value, a.scale, b.value, b.scale) === 0) === (expr.fn === '='), expr)
  }
  return expr
}

interface Digits {
  readonly value: Exact
  readonly scale: number
}

function digitsFrom(text: string): Digits {
  const { value, scale } = parseDigits(text)
  return { value: exact(value), scale }
}

/** The exact digits of a numeric constant as Flink's planner holds it, or undefined. */
function digitsOf(expr: Expr, environment: Environment): Digits | undefined {
  if (!isNumeric(expr.type)) return undefined
  if (expr.kind === 'literal') {
    if (expr.value === null) return undefined
    if (isExactNumeric(expr.type)) return { value: expr.value as Exact, scale: decimalDigits(expr.type).scale }
    if (!Number.isFinite(expr.value)) return undefined
    return digitsFrom(expr.type.kind === 'FLOAT' ? floatText(expr.value as number) : doubleText(expr.value as number))
  }
  if (expr.kind !== 'cast' || expr.safe) return undefined
  if (isApproximate(expr.type)) {
    // A number literal keeps its digits through casts to FLOAT and DOUBLE; a text becomes a binary number first.
    if (isNumeric(expr.arg.type)) return digitsOf(expr.arg, environment)
    if (!isCharacter(expr.arg.type)) return undefined
    const value = evaluate(expr, environment)
    return typeof value === 'number' && Number.isFinite(value) ? binaryDigits(value) : undefined
  }
  const value = evaluate(expr, environment)
  return value === null || value === undefined
    ? undefined
    : { value: value as Exact, scale: decimalDigits(expr.type).scale }
}

/** All digits of a binary fraction. */
function binaryDigits(value: number): Digits {
  let scale = 0
  let scaled = value
  while (!Number.isInteger(scaled) && scale < 1100) {
    scaled *= 2
    scale++
  }
  return { value: exact(BigInt(scaled) * 5n ** BigInt(scale)), scale }
}

// ---- Constants as wholes -----------------------------------------------------------------------------------------

function isDeterministic(expr: Expr, { lookup }: Environment): boolean {
  switch (expr.kind) {
    case 'literal':
    case 'input':
      return true
    case 'cast':
      return isDeterministic(expr.arg, { lookup } as Environment)
    case 'case':
      return [...expr.branches.flatMap((b) => [b.when, b.result]), expr.otherwise].every((child) =>
        isDeterministic(child, { lookup } as Environment),
      )
    case 'call': {
      const fn = lookup.scalar(expr.fn, expr.user === true)
      if (fn === undefined || (fn.determinism ?? 'deterministic') !== 'deterministic') return false
      return expr.args.every((arg) => isDeterministic(arg, { lookup } as Environment))
    }
  }
}

/** Reads no column and calls nothing that may answer differently. */
export function isConstant(expr: Expr, environment: Environment): boolean {
  return isDeterministic(expr, environment) && !readsInput(expr)
}

function readsInput(expr: Expr): boolean {
  switch (expr.kind) {
    case 'literal':
      return false
    case 'input':
      return true
    case 'cast':
      return readsInput(expr.arg)
    case 'case':
      return readsInput(expr.otherwise) || expr.branches.some((b) => readsInput(b.when) || readsInput(b.result))
    case 'call':
      return expr.args.some(readsInput)
  }
}

/** The value, or undefined when evaluating fails. */
function evaluate(expr: Expr, environment: Environment): Value | undefined {
  try {
    return interpret(expr, [], environment)
  } catch {
    // The row that evaluates it will report the error; many constants are never evaluated.
    return undefined
  }
}

function settle(expr: Expr, environment: Environment): Expr {
  if (expr.kind === 'literal' || expr.kind === 'input') return expr
  if (isConstant(expr, environment) && expr.type.kind !== 'SYMBOL') {
    checkConstants(expr, environment)
    const value = evaluate(withoutFloatDetour(expr), environment)
    if (value !== undefined) {
      const literal: LiteralExpr = { kind: 'literal', value: normalized(value, expr), type: expr.type }
      return expr.span === undefined ? literal : { ...literal, span: expr.span }
    }
  }
  const into = (inner: Expr) => settle(inner, environment)
  switch (expr.kind) {
    case 'cast':
      return same(expr, [expr.arg], [into(expr.arg)], ([arg]) => ({ ...expr, arg }))
    case 'call':
      return same(expr, expr.args, expr.args.map(into), (args) => ({ ...expr, args }))
    case 'case':
      return {
        ...expr,
        branches: expr.branches.map(({ when, result }) => ({ when: into(when), result: into(result) })),
        otherwise: into(expr.otherwise),
      }
  }
}

/** Errors that Flink reports while planning. */
function checkConstants(expr: Expr, environment: Environment): void {
  switch (expr.kind) {
    case 'literal':
    case 'input':
      return
    case 'cast':
      checkConstants(expr.arg, environment)
      if (expr.type.kind === 'FLOAT' && !isNumeric(expr.arg.type)) checkFinite(expr, environment)
      return
    case 'case':
      for (const { when, result } of expr.branches) {
        checkConstants(when, environment)
        checkConstants(result, environment)
      }
      checkConstants(expr.otherwise, environment)
      return
    case 'call':
      for (const arg of expr.args) checkConstants(arg, environment)
      if (expr.user === true) return
      if (expr.fn === '/' && isNumeric(expr.type)) {
        const [dividend, divisor] = expr.args.map((arg) => evaluate(arg, environment))
        if (dividend !== null && divisor === 0) fail('FUNCTION_DIVISION_BY_ZERO', {}, { span: expr.span })
      }
      if (expr.type.kind === 'FLOAT') checkFinite(expr, environment)
  }
}

function checkFinite(expr: Expr, environment: Environment): void {
  const value = evaluate(expr, environment)
  if (typeof value === 'number' && !Number.isFinite(value)) {
    fail('FUNCTION_FLOAT_CONSTANT', { value: doubleText(value) }, { span: expr.span })
  }
}

/** A text that is cast to FLOAT is a number literal of 7 digits from then on; one that is no such number stays. */
function floatDigits(expr: CastExpr, environment: Environment): Expr {
  const value = evaluate(expr, environment)
  if (typeof value !== 'number' || !Number.isFinite(value)) return expr.arg
  return { kind: 'literal', value: Number(value.toPrecision(7)), type: withNullable(DOUBLE, false) }
}

/** A number literal that is cast to FLOAT and on to DOUBLE keeps its digits. */
function withoutFloatDetour(expr: Expr): Expr {
  if (expr.kind !== 'cast') return expr
  const { arg } = expr
  if (expr.type.kind === 'DOUBLE' && isNumberAsFloat(arg)) return { ...expr, arg: arg.arg }
  const inner = withoutFloatDetour(arg)
  return inner === arg ? expr : { ...expr, arg: inner }
}

function isNumberAsFloat(expr: Expr): expr is CastExpr {
  return expr.kind === 'cast' && expr.type.kind === 'FLOAT' && expr.arg.kind === 'literal' && isNumeric(expr.arg.type)
}

function normalized(value: Value, expr: Expr): Value {
  if (typeof value !== 'number') return value
  switch (expr.type.kind) {
    case 'DOUBLE':
      return value + 0
    case 'FLOAT':
      return isNumberAsFloat(expr) ? value + 0 : Math.fround(Number(value.toPrecision(7))) + 0
    case 'DATE':
      if (value < FIRST_DATE || value > LAST_DATE)
        fail('FUNCTION_DATE_CONSTANT', { date: dateText(value) }, { span: expr.span })
      return value
    default:
      return value
  }
}

const FIRST_DATE = daysOf(1, 1, 1)
const LAST_DATE = daysOf(9999, 12, 31)
