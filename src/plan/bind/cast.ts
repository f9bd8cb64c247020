/** CAST and TRY_CAST. */
import { fail } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import type { Cast } from '../../sql/ast.ts'
import { supportsCast } from '../../types/cast.ts'
import { isExactNumeric } from '../../types/family.ts'
import { typeText, withNullable, withoutAttribute } from '../../types/logical-type.ts'
import { bind, type ExpressionScope } from './expression.ts'
import { bindType } from './type.ts'

export function bindCast(env: ExpressionScope, ast: Cast): Expr {
  const arg = bind(env, ast.operand)
  const target = bindType(ast.type)
  const nullable = ast.safe || arg.type.nullable || arg.type.kind === 'NULL'
  if (arg.kind === 'literal' && arg.value === null) return { ...arg, type: withNullable(target, true), span: ast.span }
  const from = withoutAttribute(arg.type)
  // A number is one field of an interval, never several.
  const fields = ast.type.kind === 'interval-type' && ast.type.qualifier.to !== undefined
  if (!supportsCast(from, target) || (fields && isExactNumeric(from))) {
    return fail(
      'PLAN_CAST',
      { from: typeText(withNullable(from, true)), to: typeText(withNullable(target, true)) },
      { span: ast.span },
    )
  }
  return { kind: 'cast', arg, safe: ast.safe, type: withNullable(target, nullable), span: ast.span }
}
