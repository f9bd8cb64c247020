/** By which columns a lookup join asks its table. */
import { type Expr, inputsOf } from '../expr/expr.ts'
import type { LookupJoinNode } from '../operators/lookup-join/node.ts'
import { sameType, withNullable, withoutAttribute } from '../types/logical-type.ts'
import { conjunction, conjunctsOf } from './bind/build.ts'
import { implicitCast } from './bind/call.ts'
import type { LookupJoinRel } from './nodes.ts'

/** Equalities of plain columns of the table become its keys; the rest is tried on every row that it gives. */
export function lookupKeys(rel: LookupJoinRel): { keys: LookupJoinNode['keys']; rest: Expr | undefined } {
  const width = rel.input.schema.length
  const keys: { column: number; value: Expr }[] = []
  const rest: Expr[] = []
  for (const condition of conjunctsOf(rel.condition)) {
    const found = lookupKey(rel, condition, width)
    if (found === undefined || keys.some(({ column }) => column === found.column)) rest.push(condition)
    else keys.push(found)
  }
  return { keys, rest: conjunction(rest) }
}

function lookupKey(
  { lookup }: LookupJoinRel,
  condition: Expr,
  width: number,
): { column: number; value: Expr } | undefined {
  if (condition.kind !== 'call' || condition.fn !== '=') return undefined
  for (const [own, value] of [condition.args, [condition.args[1], condition.args[0]]]) {
    if (own.kind !== 'input' || own.index < width || [...inputsOf(value)].some((i) => i >= width)) continue
    const projection = lookup.projections[own.index - width]
    if (projection.kind !== 'input') continue
    const wide = INTEGERS.indexOf(own.type.kind)
    const narrow = INTEGERS.indexOf(value.type.kind)
    if (narrow !== -1 && narrow < wide) {
      return { column: projection.index, value: implicitCast(value, withNullable(own.type, value.type.nullable)) }
    }
    // The connector compares values as they are: 1.0 and 1.00 are other numbers there.
    if (
      sameType(withoutAttribute(own.type), withoutAttribute(value.type), true) ||
      (isText(own.type) && isText(value.type))
    )
      return { column: projection.index, value }
  }
  return undefined
}

/** Each holds the values of those before it. */
const INTEGERS: readonly string[] = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT']

function isText(type: Expr['type']): boolean {
  return type.kind === 'CHAR' || type.kind === 'VARCHAR'
}
