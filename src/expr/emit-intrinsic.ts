/**
 * Operators that the compiler knows by name: they look at NULL themselves, or do not evaluate everything.
 *
 * Law: they give what their functions' `eval` gives; AND, OR, IF and COALESCE evaluate from left to right and no further
 * than needed.
 */
import { failure } from '../base/errors.ts'
import { isCharacter } from '../types/family.ts'
import { BOOLEAN } from '../types/logical-type.ts'
import { physicalOf } from '../types/value.ts'
import type { Emitter } from './emit.ts'
import type { CallExpr, LiteralExpr } from './expr.ts'
import { neverNull, type Operand } from './operand.ts'

export function intrinsic(emitter: Emitter, expr: CallExpr): Operand | undefined {
  switch (expr.fn) {
    case 'AND':
      return junction(emitter, expr, '0', 0)
    case 'OR':
      return junction(emitter, expr, '1', 0)
    case 'IS NULL':
    case 'IS NOT NULL': {
      const { isNull } = emitter.emit(expr.args[0])
      return truth(emitter, expr.fn === 'IS NULL' ? isNull : negated(isNull))
    }
    case 'IS TRUE':
      return truth(emitter, emitter.isTrue(emitter.emit(expr.args[0])))
    case 'IS NOT TRUE':
      return truth(emitter, `!(${emitter.isTrue(emitter.emit(expr.args[0]))})`)
    case 'IS FALSE':
    case 'IS NOT FALSE': {
      const { value, isNull } = emitter.emit(expr.args[0])
      const isFalse = isNull === 'false' ? `${value} === 0` : `!(${isNull}) && ${value} === 0`
      return truth(emitter, expr.fn === 'IS FALSE' ? isFalse : `!(${isFalse})`)
    }
    case 'IS UNKNOWN':
      return truth(emitter, emitter.emit(expr.args[0]).isNull)
    case 'IS NOT UNKNOWN':
      return truth(emitter, negated(emitter.emit(expr.args[0]).isNull))
    case 'IF':
      return emitter.case({
        kind: 'case',
        type: expr.type,
        branches: [{ when: expr.args[0], result: expr.args[1] }],
        otherwise: expr.args[2],
      })
    case 'COALESCE':
    case 'IFNULL':
      return coalesce(emitter, expr)
    case 'IN':
      return inLiterals(emitter, expr)
    default:
      return undefined
  }
}

/** A condition in JavaScript as a BOOLEAN that is never NULL. */
function truth(emitter: Emitter, condition: string): Operand {
  if (condition === 'true' || condition === 'false') return { value: condition === 'true' ? '1' : '0', isNull: 'false' }
  const value = emitter.variable(BOOLEAN)
  emitter.line(`${value} = ${condition} ? 1 : 0;`)
  return { value, isNull: 'false' }
}

/** AND and OR: the right side runs only when the left does not decide. */
function junction(emitter: Emitter, expr: CallExpr, decisive: '0' | '1', from: number): Operand {
  const left = emitter.emit(expr.args[from])
  if (from === expr.args.length - 1) return left
  const neutral = decisive === '0' ? '1' : '0'
  const value = emitter.variable(BOOLEAN)
  const flag =
    left.isNull === 'false' && expr.args.slice(from + 1).every((arg) => neverNull(arg.type))
      ? undefined
      : emitter.flag()
  const decides = (operand: Operand) =>
    operand.isNull === 'false'
      ? `${operand.value} === ${decisive}`
      : operand.isNull === 'true'
        ? 'false'
        : `!(${operand.isNull}) && ${operand.value} === ${decisive}`
  const decided = () => {
    emitter.line(`${value} = ${decisive};`)
    if (flag !== undefined) emitter.line(`${flag} = false;`)
  }
  emitter.block(`if (${decides(left)})`, decided)
  emitter.block('else', () => {
    const right = junction(emitter, expr, decisive, from + 1)
    if (flag === undefined) {
      emitter.line(`${value} = ${right.value};`)
      return
    }
    emitter.block(`if (${decides(right)})`, decided)
    emitter.block('else', () => {
      emitter.line(`${value} = ${neutral};`)
      emitter.line(`${flag} = ${left.isNull} || ${right.isNull};`)
    })
  })
  return { value, isNull: flag ?? 'false' }
}

function coalesce(emitter: Emitter, expr: CallExpr): Operand {
  const { value, flag, operand } = emitter.target(expr.type)
  const choice = (i: number): void => {
    const arg = emitter.emit(expr.args[i])
    if (i === expr.args.length - 1 || arg.isNull === 'false') {
      emitter.assign(value, flag, expr.type, arg)
      return
    }
    if (arg.isNull === 'true') {
      choice(i + 1)
      return
    }
    emitter.block(`if (!(${arg.isNull}))`, () =>
      emitter.assign(value, flag, expr.type, { value: arg.value, isNull: 'false' }),
    )
    emitter.block('else', () => choice(i + 1))
  }
  if (expr.args.length === 0) throw failure('FUNCTION_INTERNAL', { detail: `${expr.fn} without arguments` })
  choice(0)
  return operand
}

/** Up to this many constants are compared one by one, more are looked up. */
const FEW = 8

/** IN over constants without NULL, where `===` or a Set finds what SQL finds. */
function inLiterals(emitter: Emitter, expr: CallExpr): Operand | undefined {
  const [value, ...items] = expr.args
  if (!items.every((item): item is LiteralExpr => item.kind === 'literal' && item.value !== null)) return undefined
  const physical = physicalOf(value.type)
  const few = items.length <= FEW || value.type.kind === 'BOOLEAN'
  // A Set takes NaN for equal to itself, which SQL does not.
  if ((physical === 'object' && !isCharacter(value.type)) || (physical === 'float64' && !few)) return undefined
  const operand = emitter.emit(value)
  if (operand.isNull === 'true') return emitter.literal(null, expr.type)
  return emitter.guarded(expr, [operand], () => {
    const code = few
      ? items.map((item) => `${operand.value} === ${emitter.literal(item.value, item.type).value}`).join(' || ')
      : `${emitter.use(new Set(items.map((item) => item.value)), 'set')}.has(${operand.value})`
    return { code, boxed: false, checksUndefined: false }
  })
}

function negated(condition: string): string {
  if (condition === 'true') return 'false'
  return condition === 'false' ? 'true' : `!(${condition})`
}
