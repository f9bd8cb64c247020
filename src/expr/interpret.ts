/**
 * The reference evaluator: expressions over rows of scalar values.
 *
 * Laws
 * - AND, OR, CASE, IF, COALESCE and IFNULL evaluate no more than they need, from left to right; all else is evaluated fully.
 * - A condition that is NULL is not taken.
 * - The compiled form (`compile.ts`) gives the same values and the same errors.
 */
import { makeCast } from '../types/cast.ts'
import type { Value } from '../types/value.ts'
import {
  type AnyEvaluate,
  callFailure,
  callSite,
  castOptions,
  type Environment,
  evaluatorOf,
  functionOf,
  undefinedResult,
} from './call.ts'
import type { CallExpr, CastExpr, Expr } from './expr.ts'

export type Interpreter = (row: readonly Value[]) => Value

/** Prepare an expression once, then evaluate it row by row. */
export function interpreter(expr: Expr, environment: Environment): Interpreter {
  switch (expr.kind) {
    case 'literal': {
      const { value } = expr
      return () => value
    }
    case 'input': {
      const { index } = expr
      return (row) => row[index]
    }
    case 'cast':
      return castInterpreter(expr, environment)
    case 'case': {
      const branches = expr.branches.map((branch) => ({
        when: interpreter(branch.when, environment),
        result: interpreter(branch.result, environment),
      }))
      const otherwise = interpreter(expr.otherwise, environment)
      return (row) => {
        for (const { when, result } of branches) if (when(row) === true) return result(row)
        return otherwise(row)
      }
    }
    case 'call':
      return lazyInterpreter(expr, environment) ?? callInterpreter(expr, environment)
  }
}

/** Evaluate one expression over one row. */
export function interpret(expr: Expr, row: readonly Value[], environment: Environment): Value {
  return interpreter(expr, environment)(row)
}

function castInterpreter(expr: CastExpr, environment: Environment): Interpreter {
  const arg = interpreter(expr.arg, environment)
  const cast = makeCast(expr.arg.type, expr.type, castOptions(expr, environment.context))
  return (row) => {
    const value = arg(row)
    if (value === null) return null
    try {
      return cast(value)
    } catch (error) {
      throw callFailure(error, expr, [value], environment.context)
    }
  }
}

function lazyInterpreter(expr: CallExpr, environment: Environment): Interpreter | undefined {
  if (expr.user) return undefined
  const args = () => expr.args.map((arg) => interpreter(arg, environment))
  switch (expr.fn) {
    case 'AND':
      return shortCut(args(), false)
    case 'OR':
      return shortCut(args(), true)
    case 'COALESCE':
    case 'IFNULL': {
      const choices = args()
      return (row) => {
        for (const choice of choices) {
          const value = choice(row)
          if (value !== null) return value
        }
        return null
      }
    }
    case 'IF': {
      const [condition, yes, no] = args()
      return (row) => (condition(row) === true ? yes(row) : no(row))
    }
    default:
      return undefined
  }
}

/** Stops at the first operand that decides; NULL when none decides and one is NULL. */
function shortCut(operands: readonly Interpreter[], decisive: boolean): Interpreter {
  return (row) => {
    let unknown = false
    for (const operand of operands) {
      const value = operand(row)
      if (value === decisive) return decisive
      if (value === null) unknown = true
    }
    return unknown ? null : !decisive
  }
}

function callInterpreter(expr: CallExpr, environment: Environment): Interpreter {
  const fn = functionOf(expr, environment.lookup)
  const evaluate: AnyEvaluate = evaluatorOf(fn, callSite(expr, environment.context))
  const args = expr.args.map((arg) => interpreter(arg, environment))
  const propagates = fn.nulls === 'propagate'
  return (row) => {
    const values = args.map((arg) => arg(row))
    if (propagates && values.includes(null)) return null
    let result: Value | undefined
    try {
      result = evaluate(...values)
    } catch (error) {
      throw callFailure(error, expr, values, environment.context)
    }
    if (result === undefined) throw undefinedResult(expr, values, environment.context)
    return result
  }
}
