/**
 * JavaScript for expressions: the body of one row.
 *
 * Laws
 * - An operand is a name or literal for the value and one for "is NULL"; numbers keep NULL apart from the value, objects are
 *   `null` themselves. BOOLEAN is 0/1.
 * - A subexpression that occurs twice is computed once, where the first place dominates the second; random ones never.
 * - What AND, OR, CASE, IF and COALESCE do not need is not computed.
 * - Before a call that may throw, `at` holds its number, so that one handler around the loop knows who threw.
 */
import { castCode, makeCast } from '../types/cast.ts'
import { BOOLEAN, type LogicalType } from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import { callSite, castOptions, type Environment, evaluatorOf, functionOf } from './call.ts'
import { intrinsic } from './emit-intrinsic.ts'
import type { CallExpr, CaseExpr, CastExpr, Expr } from './expr.ts'
import type { CodeHelpers } from './function.ts'
import { exprKey, isRepeatable } from './key.ts'
import { isObject, NULL_NUMBER, NULL_OBJECT, neverNull, type Operand } from './operand.ts'

export class Emitter implements CodeHelpers {
  readonly environment: Environment
  readonly constants: unknown[] = []
  readonly constantNames: string[] = []
  readonly variables: string[] = []
  readonly inputs = new Map<number, LogicalType>()
  /** Expressions by the number that `at` holds for them. */
  readonly sites: Expr[] = []
  lines: string[] = []
  #scopes: Map<string, Operand>[] = [new Map()]
  #names = 0
  #indent = 2

  constructor(environment: Environment) {
    this.environment = environment
  }

  line(text: string): void {
    this.lines.push(' '.repeat(this.#indent * 2) + text)
  }

  use(value: unknown, hint = 'k'): string {
    const known = this.constants.indexOf(value)
    if (known !== -1) return this.constantNames[known]
    const name = `${hint.replace(/[^A-Za-z0-9_]/g, '_')}$${this.constants.length}`
    this.constants.push(value)
    this.constantNames.push(name)
    return name
  }

  /** A block with a scope of its own: what is computed in it is not seen behind it. */
  block(head: string, body: () => void): void {
    this.line(`${head} {`)
    this.#indent++
    this.#scopes.push(new Map())
    body()
    this.#scopes.pop()
    this.#indent--
    this.line('}')
  }

  variable(type: LogicalType): string {
    const name = `v${this.#names++}`
    this.variables.push(`${name} = ${isObject(type) ? 'null' : '0'}`)
    return name
  }

  flag(): string {
    const name = `n${this.#names++}`
    this.variables.push(`${name} = false`)
    return name
  }

  emit(expr: Expr): Operand {
    if (expr.kind === 'literal') return this.literal(expr.value, expr.type)
    const key = exprKey(expr)
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const known = this.#scopes[i].get(key)
      if (known !== undefined) return known
    }
    const operand = this.compute(expr)
    if (isRepeatable(expr, this.environment.lookup)) this.#scopes[this.#scopes.length - 1].set(key, operand)
    return operand
  }

  compute(expr: Expr): Operand {
    switch (expr.kind) {
      case 'literal':
        return this.literal(expr.value, expr.type)
      case 'input':
        return this.input(expr.index, expr.type)
      case 'cast':
        return this.cast(expr)
      case 'case':
        return this.case(expr)
      case 'call':
        return this.call(expr)
    }
  }

  literal(value: Value, type: LogicalType): Operand {
    if (value === null) return isObject(type) ? NULL_OBJECT : NULL_NUMBER
    switch (typeof value) {
      case 'boolean':
        return { value: value ? '1' : '0', isNull: 'false' }
      case 'number':
        return { value: Object.is(value, -0) ? '(-0)' : value < 0 ? `(${value})` : String(value), isNull: 'false' }
      case 'bigint':
        return { value: value < 0n ? `(${value}n)` : `${value}n`, isNull: 'false' }
      case 'string':
        // In a constant rather than in the source: no escaping to get wrong, and the same string object in every row.
        return { value: this.use(value, 's'), isNull: 'false' }
      default:
        return { value: this.use(value, 'o'), isNull: 'false' }
    }
  }

  input(index: number, type: LogicalType): Operand {
    this.inputs.set(index, type)
    const value = this.variable(type)
    this.line(`${value} = c${index}[row];`)
    if (neverNull(type)) return { value, isNull: 'false' }
    if (isObject(type)) return { value, isNull: `${value} === null` }
    const isNull = this.flag()
    this.line(`${isNull} = m${index} !== null && m${index}[row] !== 0;`)
    return { value, isNull }
  }

  /** Give the operand's value and nullness to the variables of a result. */
  assign(value: string, flag: string | undefined, type: LogicalType, operand: Operand): void {
    if (operand.isNull === 'true') {
      if (isObject(type)) this.line(`${value} = null;`)
      else if (flag !== undefined) this.line(`${flag} = true;`)
      return
    }
    this.line(`${value} = ${operand.value};`)
    if (flag !== undefined) this.line(`${flag} = ${operand.isNull};`)
  }

  /** Variables for a result that several branches fill in. */
  target(type: LogicalType): { value: string; flag: string | undefined; operand: Operand } {
    const value = this.variable(type)
    if (isObject(type)) {
      const isNull = neverNull(type) ? 'false' : `${value} === null`
      return { value, flag: undefined, operand: { value, isNull } }
    }
    if (neverNull(type)) return { value, flag: undefined, operand: { value, isNull: 'false' } }
    const flag = this.flag()
    return { value, flag, operand: { value, isNull: flag } }
  }

  /** JavaScript truth of a BOOLEAN operand: TRUE, not NULL. */
  isTrue(operand: Operand): string {
    if (operand.isNull === 'false') return `${operand.value} !== 0`
    if (operand.isNull === 'true') return 'false'
    return `!(${operand.isNull}) && ${operand.value} !== 0`
  }

  /** One labelled block rather than a staircase of else branches: a CASE may have thousands. */
  case(expr: CaseExpr): Operand {
    const { value, flag, operand } = this.target(expr.type)
    const label = `case${this.#names++}`
    this.block(`${label}:`, () => {
      for (const { when, result } of expr.branches) {
        this.block(`if (${this.isTrue(this.emit(when))})`, () => {
          this.assign(value, flag, expr.type, this.emit(result))
          this.line(`break ${label};`)
        })
      }
      this.assign(value, flag, expr.type, this.emit(expr.otherwise))
    })
    return operand
  }

  /** Number of this expression for the error handler. */
  site(expr: Expr): number {
    return this.sites.push(expr)
  }

  cast(expr: CastExpr): Operand {
    const from = expr.arg.type
    const arg = this.emit(expr.arg)
    if (arg.isNull === 'true') return this.literal(null, expr.type)
    const code = castCode(from, expr.type, arg.value)
    if (code === arg.value)
      return isObject(expr.type) || !isObject(from) ? arg : { value: arg.value, isNull: arg.isNull }
    if (code !== undefined) {
      const value = this.variable(expr.type)
      this.line(`${value} = ${code};`)
      return { value, isNull: arg.isNull }
    }
    const cast = this.use(makeCast(from, expr.type, castOptions(expr, this.environment.context)), 'cast')
    const given = from.kind === 'BOOLEAN' ? `${arg.value} !== 0` : arg.value
    return this.guarded(expr, [arg], () => ({ code: `${cast}(${given})`, boxed: true, checksUndefined: false }))
  }

  call(expr: CallExpr): Operand {
    if (expr.user !== true) {
      const operand = intrinsic(this, expr)
      if (operand !== undefined) return operand
    }
    const fn = functionOf(expr, this.environment.lookup)
    const site = callSite(expr, this.environment.context)
    const args = expr.args.map((arg) => this.emit(arg))
    if (fn.nulls === 'propagate') {
      if (args.some((arg) => arg.isNull === 'true')) return this.literal(null, expr.type)
      return this.guarded(expr, args, () => {
        const code = fn.code?.(
          args.map((arg) => arg.value),
          site,
          this,
        )
        if (code !== undefined) return { code, boxed: false, checksUndefined: false }
        const evaluate = this.use(evaluatorOf(fn, site), fn.name)
        const given = args.map((arg, i) => (expr.args[i].type.kind === 'BOOLEAN' ? `${arg.value} !== 0` : arg.value))
        return { code: `${evaluate}(${given.join(', ')})`, boxed: true, checksUndefined: true }
      })
    }
    const evaluate = this.use(evaluatorOf(fn, site), fn.name)
    const given = args.map((arg, i) => this.boxed(arg, expr.args[i].type))
    return this.guarded(expr, [], () => ({
      code: `${evaluate}(${given.join(', ')})`,
      boxed: true,
      checksUndefined: true,
    }))
  }

  /** A scalar value as evaluators take it: `null` or the value, BOOLEAN as a boolean. */
  boxed(operand: Operand, type: LogicalType): string {
    if (operand.isNull === 'true') return 'null'
    const value = type.kind === 'BOOLEAN' ? `${operand.value} !== 0` : operand.value
    return operand.isNull === 'false' || isObject(type) ? value : `(${operand.isNull} ? null : ${value})`
  }

  /**
   * A computation that runs when no argument is NULL. `boxed`: it gives a scalar value as evaluators do (booleans, null);
   * otherwise a fragment's, where a BOOLEAN may be a boolean or 0/1.
   */
  guarded(
    expr: Expr,
    args: readonly Operand[],
    make: () => { readonly code: string; readonly boxed: boolean; readonly checksUndefined: boolean },
  ): Operand {
    const { type } = expr
    const nulls = [...new Set(args.map((arg) => arg.isNull))].filter((isNull) => isNull !== 'false')
    const { code, boxed, checksUndefined } = make()
    const value = this.variable(type)
    const mayBeNull = !neverNull(type)
    const flag = mayBeNull && !isObject(type) ? this.flag() : undefined
    const body = () => {
      this.line(`at = ${this.site(expr)};`)
      if (boxed && type.kind === 'BOOLEAN') {
        const raw = this.variable(BOOLEAN)
        this.line(`${raw} = ${code};`)
        if (checksUndefined) this.line(`if (${raw} === undefined) undefinedResult(at, row, batch);`)
        if (flag !== undefined) this.line(`${flag} = ${raw} === null;`)
        this.line(`${value} = ${raw} ? 1 : 0;`)
        return
      }
      this.line(`${value} = ${type.kind === 'BOOLEAN' ? `(${code}) ? 1 : 0` : code};`)
      if (checksUndefined) this.line(`if (${value} === undefined) undefinedResult(at, row, batch);`)
      if (flag !== undefined) this.line(`${flag} = ${type.kind === 'BOOLEAN' ? 'false' : `${value} === null`};`)
    }
    if (nulls.length === 0) body()
    else {
      this.block(`if (${nulls.join(' || ')})`, () => {
        if (flag !== undefined) this.line(`${flag} = true;`)
        else if (isObject(type)) this.line(`${value} = null;`)
      })
      this.block('else', body)
    }
    if (flag !== undefined) return { value, isNull: flag }
    return { value, isNull: isObject(type) && mayBeNull ? `${value} === null` : 'false' }
  }
}
