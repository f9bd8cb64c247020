/**
 * GROUPING SETS, ROLLUP and CUBE: every row is taken once per set, with the keys that are not of the set NULL.
 *
 * Laws
 * - Elements of GROUP BY multiply: each combination of their sets is a set. Sets keep the order in which they are written,
 *   longest first for ROLLUP and CUBE; a last key, the number of the set, keeps equal keys of two sets apart.
 * - GROUPING and GROUPING_ID are numbers of the set: a bit per argument, 1 where it is not of the set.
 */
import { fail } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import { exprKey } from '../../expr/key.ts'
import type { Expression, GroupingElement } from '../../sql/ast.ts'
import { BIGINT, BOOLEAN, notNull, withNullable, withoutAttribute } from '../../types/logical-type.ts'
import type { Rel, UnionRel } from '../nodes.ts'
import { inputAt, project } from './build.ts'
import { literal } from './literal.ts'

/** Stands for GROUPING(…) until the keys are known. */
export const GROUPING = '$GROUPING'
export const NUMBER = notNull(BIGINT)

type Set = readonly Expression[]

/** The sets of one element. */
export function setsOf(element: GroupingElement): readonly Set[] {
  switch (element.kind) {
    case 'grouping-set':
      return [element.expressions]
    case 'grouping-sets':
      return element.elements.flatMap(setsOf)
    case 'rollup': {
      const units = element.elements.map(unit)
      return [...units, []].map((_, i) => units.slice(0, units.length - i).flat())
    }
    case 'cube': {
      const units = element.elements.map(unit)
      const masks = Array.from({ length: 2 ** units.length }, (_, i) => 2 ** units.length - 1 - i)
      const has = (mask: number, i: number) => Math.floor(mask / 2 ** (units.length - 1 - i)) % 2 === 1
      return masks.map((mask) => units.filter((_, i) => has(mask, i)).flat())
    }
  }
}

function unit(element: GroupingElement): Set {
  if (element.kind === 'grouping-set') return element.expressions
  return fail('PLAN_NOT_SUPPORTED', { feature: 'Grouping sets inside ROLLUP or CUBE' }, { span: element.span })
}

/** Each row once per set; the number of the set is the last column. */
export function expand(row: Rel, keyColumns: readonly number[], sets: readonly (readonly number[])[]): Rel {
  const nulled = keyColumns.map((_, k) => sets.some((set) => !set.includes(k)))
  const types = row.schema.map(({ type }, c) => {
    const key = keyColumns.indexOf(c)
    return key !== -1 && nulled[key] ? withNullable(withoutAttribute(type), true) : type
  })
  const names = [...row.schema.map((field) => field.name), '$e']
  const inputs = sets.map((set, number) => {
    const exprs = types.map((type, c): Expr => {
      const key = keyColumns.indexOf(c)
      return key !== -1 && !set.includes(key) ? literal(null, type) : { ...inputAt(row.schema, c), type }
    })
    return project(row, [...exprs, literal(number, NUMBER)], names, row.place)
  })
  if (inputs.length === 1) return inputs[0]
  const union: UnionRel = { kind: 'union', inputs, schema: inputs[0].schema }
  return union
}

/** What a call of GROUPING is in each set. */
export function groupingNumber(
  call: Expr & { readonly kind: 'call' },
  keyTexts: readonly string[],
  sets: readonly (readonly number[])[],
  setNumber: Expr | undefined,
): Expr {
  if (call.clauses?.group === true) {
    const of = (i: number) => sets.slice(0, i).filter((set) => set.join() === sets[i].join()).length
    return perSet(
      sets.map((_, i) => of(i)),
      setNumber,
    )
  }
  const keys = call.args.map((arg) => {
    const key = keyTexts.indexOf(exprKey(arg))
    if (key !== -1) return key
    return fail(
      'PLAN_NOT_GROUPED',
      { column: 'The argument of GROUPING', keys: [], byPosition: false },
      { span: arg.span },
    )
  })
  return perSet(
    sets.map((set) => keys.reduce((sum, key) => sum * 2 + (set.includes(key) ? 0 : 1), 0)),
    setNumber,
  )
}

function perSet(values: readonly number[], setNumber: Expr | undefined): Expr {
  const last = values.length - 1
  if (setNumber === undefined || values.every((value) => value === values[0])) return literal(values[0] ?? 0, NUMBER)
  return {
    kind: 'case',
    branches: values.slice(0, last).map((value, i) => ({
      when: { kind: 'call', fn: '=', args: [setNumber, literal(i, NUMBER)], type: notNull(BOOLEAN) },
      result: literal(value, NUMBER),
    })),
    otherwise: literal(values[last], NUMBER),
    type: NUMBER,
  }
}
