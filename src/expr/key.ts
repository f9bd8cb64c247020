/** Structural identity of expressions, for sharing and comparing. */
import { typeText } from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import type { Expr } from './expr.ts'
import { walkExpr } from './expr.ts'
import type { FunctionLookup } from './function.ts'

const keys = new WeakMap<Expr, string>()

/** Equal for two expressions exactly when they are the same tree; spans do not count. */
export function exprKey(expr: Expr): string {
  let key = keys.get(expr)
  if (key === undefined) {
    key = makeKey(expr)
    keys.set(expr, key)
  }
  return key
}

function makeKey(expr: Expr): string {
  const type = typeText(expr.type)
  switch (expr.kind) {
    case 'literal':
      return `${valueKey(expr.value)}:${type}`
    case 'input':
      return `$${expr.index}`
    case 'call': {
      const clauses = expr.clauses === undefined ? '' : JSON.stringify(expr.clauses)
      return `${expr.user ? '!' : ''}${JSON.stringify(expr.fn)}(${expr.args.map(exprKey).join(',')}${clauses}):${type}`
    }
    case 'cast':
      return `${expr.safe ? 'try' : 'cast'}(${exprKey(expr.arg)}):${type}`
    case 'case':
      return `case(${expr.branches.map((b) => `${exprKey(b.when)}?${exprKey(b.result)}`).join(',')},${exprKey(expr.otherwise)}):${type}`
  }
}

/** Text that distinguishes values, −0 and the kinds of numbers included. */
export function valueKey(value: Value): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return `x${[...value].join('.')}`
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner))
}

/** False when evaluating twice may give two values (RAND, a user's function declared so). */
export function isRepeatable(expr: Expr, lookup: FunctionLookup): boolean {
  let repeatable = true
  walkExpr(expr, (node) => {
    if (node.kind !== 'call') return
    if (lookup.scalar(node.fn, node.user === true)?.determinism === 'random') repeatable = false
  })
  return repeatable
}
