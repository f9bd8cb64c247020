/**
 * JOIN … FOR SYSTEM_TIME AS OF: the version of a table at a row's time.
 *
 * Laws
 * - Event time reads a versioned table: one with a rowtime and a key, declared or made by a view (which is known when the rules
 *   have run); a version is told by the row that begins it, so that an upsert table is not normalised (`drop-normalize`).
 * - Processing time asks the connector for each row (a lookup join).
 * - The point in time is a time attribute of the left side; what is on the left stays a stream, so only INNER and LEFT mean
 *   anything.
 */
import { fail } from '../../base/errors.ts'
import type { Expression, Join, TableReference } from '../../sql/ast.ts'
import { isTimeAttribute, withNullable, withoutAttribute } from '../../types/logical-type.ts'
import type { LookupJoinRel, Place, ScanRel } from '../nodes.ts'
import { join } from './build.ts'
import { bind } from './expression.ts'
import { bindTableName, type MakeJoin } from './from.ts'
import { bindScan } from './scan.ts'
import { type BindContext, type BoundTable, placeOf, type Scope } from './scope.ts'

export const TEMPORAL_FORM = 'Write … FROM a JOIN t FOR SYSTEM_TIME AS OF a.time_attribute AS b ON a.k = b.k.'

export interface BoundVersion {
  readonly table: BoundTable
  readonly make: MakeJoin
}

export function bindVersion(
  context: BindContext,
  left: Scope,
  ast: TableReference,
  systemTime: Expression,
  type: Join['type'],
): BoundVersion {
  if (type === 'RIGHT' || type === 'FULL') {
    const problem = `${type} JOIN would need rows of the table that no row asks for`
    fail('PLAN_TEMPORAL_JOIN', { problem, hint: 'Use JOIN or LEFT JOIN.' }, { span: ast.span })
  }
  const time = bind({ context, scope: left, place: 'FOR SYSTEM_TIME AS OF' }, systemTime)
  if (time.kind !== 'input' || !isTimeAttribute(time.type)) {
    const problem = 'the point in time must be a time attribute of the left table (rowtime or proctime)'
    return fail('PLAN_TEMPORAL_JOIN', { problem, hint: TEMPORAL_FORM }, { span: systemTime.span })
  }
  return time.type.attribute === 'proctime' ? bindLookup(context, ast) : bindVersioned(context, ast, time.index)
}

// ---- Event time ------------------------------------------------------------------------------------------------------

function bindVersioned(context: BindContext, ast: TableReference, leftTime: number): BoundVersion {
  const { rel, names } = bindTableName(context, ast.name, ast.hints)
  const name = ast.name.parts.map((part) => part.name).join('.')
  const rowtime = rel.schema.findIndex(({ type }) => isTimeAttribute(type) && type.attribute === 'rowtime')
  if (rowtime === -1) {
    const problem = `'${name}' has no event time, so its versions have no beginning`
    const hint = `Declare a watermark in its CREATE TABLE: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND.`
    fail('PLAN_TEMPORAL_JOIN', { problem, hint }, { span: ast.span })
  }
  const make: MakeJoin = (_, left, right, joinType, condition, at) => {
    const width = left.schema.length
    const kinds = [left.schema[leftTime].type, right.schema[rowtime].type].map(({ kind }) => kind)
    if (kinds[0] !== kinds[1]) {
      const problem = `the left time is a ${kinds[0]} and that of '${name}' a ${kinds[1]}`
      const hint =
        'Declare both watermarks on columns of one type: TIMESTAMP(3), or TIMESTAMP_LTZ(3) for points in time.'
      fail('PLAN_TEMPORAL_JOIN', { problem, hint }, { span: at.span })
    }
    return join(left, right, joinType, condition, placeOf(context, at), {
      kind: 'temporal',
      left: leftTime,
      right: width + rowtime,
    })
  }
  return { table: { rel, names }, make }
}

// ---- Processing time -------------------------------------------------------------------------------------------------

function bindLookup(context: BindContext, ast: TableReference): BoundVersion {
  const parts = ast.name.parts.map((part) => part.name)
  const object = context.planner.catalog.get(parts, ast.name.span, context.database)
  if (object.kind !== 'table') {
    const problem = `'${parts.join('.')}' is a view; by processing time only tables can be asked for rows`
    return fail('PLAN_TEMPORAL_JOIN', { problem, hint: 'Name the table that the view reads.' }, { span: ast.span })
  }
  const lookup = bindScan(context, object, ast.hints, ast.name.span, 'lookup') as ScanRel
  const make: MakeJoin = (_, input, right, joinType, condition, at): LookupJoinRel => {
    const padded = joinType === 'left'
    const columns = right.schema.map((field) => {
      const type = withoutAttribute(field.type)
      return { ...field, type: padded ? withNullable(type, true) : type }
    })
    const place: Place = placeOf(context, at)
    return {
      kind: 'lookup-join',
      input,
      lookup,
      joinType: padded ? 'left' : 'inner',
      schema: [...input.schema, ...columns],
      ...(condition && { condition }),
      place,
    }
  }
  return { table: { rel: lookup, names: lookup.schema.map((field) => field.name) }, make }
}
