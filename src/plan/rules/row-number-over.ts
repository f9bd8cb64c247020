/**
 * row-number-over
 *
 * What   ROW_NUMBER() OVER that no filter bounds becomes an ordinary OVER aggregate, which numbers the rows as they come
 * Why    ordered by one ascending column the number of a row is known when it comes (by time), or kept up to date (by value)
 * Not    descending or by several columns: every new row may change all others; that stays an error
 */
import type { AggregateCall } from '../../operators/aggregate-call.ts'
import type { OverWindow } from '../../operators/over-aggregate/node.ts'
import { isTimeAttribute } from '../../types/logical-type.ts'
import { mapRel, type OverRel, type RowNumberRel } from '../nodes.ts'
import type { Rule } from './rule.ts'

export const rowNumberOver: Rule = {
  name: 'row-number-over',
  apply: (rel) => mapRel(rel, (node) => (node.kind === 'row-number' ? (overOf(node) ?? node) : node)),
}

function overOf(rel: RowNumberRel): OverRel | undefined {
  const [first, ...more] = rel.order
  if (first === undefined || more.length > 0 || first.descending || first.nullsLast) return undefined
  const { type } = rel.input.schema[first.column]
  const attribute = isTimeAttribute(type) ? type.attribute : undefined
  const number = rel.schema[rel.input.schema.length]
  const window: OverWindow = {
    partition: rel.partition,
    time: attribute ?? 'value',
    ...(attribute !== 'proctime' && { timeColumn: first.column }),
    frame: { unit: 'rows' },
  }
  const call: AggregateCall = {
    ...{ fn: 'ROW_NUMBER', args: [], argTypes: [], distinct: false, retract: false },
    type: number.type,
    name: number.name,
  }
  const { input, schema } = rel
  return { kind: 'over', input, window, calls: [call], schema, ...(rel.place && { place: rel.place }) }
}
