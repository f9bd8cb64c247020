/**
 * Window table functions: `TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND))`, with positional or named arguments.
 *
 * Law: the output is the input's columns, then window_start and window_end (TIMESTAMP(3) NOT NULL) and window_time, which is a
 * time attribute of the input's kind.
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { InputExpr } from '../../expr/expr.ts'
import type { WindowShape } from '../../operators/window.ts'
import type { Descriptor, Expression, FunctionCall, TableArgument } from '../../sql/ast.ts'
import { isTimeAttribute, type LogicalType, notNull, timestamp, timestampLtz } from '../../types/logical-type.ts'
import type { Rel, WindowTableFunctionRel } from '../nodes.ts'
import { uniqueNames } from './build.ts'
import { bind } from './expression.ts'
import { requireTimeAttribute, windowMillis, windowSpec } from './group-window.ts'
import { type BindContext, type BoundTable, placeOf, type Scope } from './scope.ts'

/** Parameters behind DATA and TIMECOL, in order; the last may be left out. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  TUMBLE: ['SIZE', 'OFFSET'],
  HOP: ['SLIDE', 'SIZE', 'OFFSET'],
  CUMULATE: ['STEP', 'SIZE', 'OFFSET'],
  SESSION: ['GAP'],
}

export function isWindowTableFunction(call: FunctionCall): boolean {
  return call.name.parts.length === 1 && Object.hasOwn(PARAMETERS, call.name.parts[0].name.toUpperCase())
}

type BindTable = (context: BindContext, input: TableArgument['input'], hints: TableArgument['hints']) => BoundTable

export function bindWindowTableFunction(context: BindContext, call: FunctionCall, bindTable: BindTable): BoundTable {
  const name = call.name.parts[0].name.toUpperCase()
  const args = argumentsOf(name, call)
  const data = args.get('DATA')
  // A query in parentheses is a table too, with or without the word TABLE.
  if (data?.kind !== 'table-argument' && data?.kind !== 'subquery') {
    return fail(
      'PLAN_WINDOW_ARGUMENT',
      { name, problem: 'the first argument must be a table', hint: 'Write TABLE t, or (SELECT …).' },
      { span: data?.span ?? call.span },
    )
  }
  const input = data.kind === 'subquery' ? data.query : data.input
  const table = bindTable(context, input, data.kind === 'subquery' ? [] : data.hints)
  const scope: Scope = {
    relations: [
      {
        alias: input.kind === 'name' ? input.parts.at(-1)?.name : undefined,
        columns: table.rel.schema.map(({ type }, index) => ({ name: table.names[index], type, index })),
      },
    ],
  }
  const time = timeColumn(context, scope, name, args.get('TIMECOL'), call)
  const env = { context, scope: { relations: [] }, place: `the arguments of ${name}` }
  const millis = (parameter: string, mayBeZero = false): number | undefined => {
    const ast = args.get(parameter)
    return ast === undefined
      ? undefined
      : windowMillis(name, parameter.toLowerCase(), bind(env, ast), call.span, mayBeZero)
  }
  const required = (parameter: string): number =>
    millis(parameter) ??
    fail(
      'PLAN_WINDOW_ARGUMENT',
      { name, problem: `the argument ${parameter} is missing`, hint: form(name) },
      { span: call.span },
    )
  const partition = (data.kind === 'subquery' ? [] : data.partitionBy).map((ast) => {
    const column = bind({ context, scope, place: 'PARTITION BY' }, ast)
    if (column.kind !== 'input')
      return fail('PLAN_NOT_SUPPORTED', { feature: 'PARTITION BY an expression' }, { span: ast.span })
    return column.index
  })
  if (partition.length > 0 && name !== 'SESSION') {
    fail(
      'PLAN_WINDOW_ARGUMENT',
      { name, problem: 'PARTITION BY belongs to SESSION windows only', hint: 'Put the columns into GROUP BY.' },
      { span: data.span },
    )
  }
  const shape = shapeOf(name, call, required, millis('OFFSET', true) ?? 0, partition)
  const rel = windowRel(context, table, time, shape, call)
  return { rel, names: rel.schema.map((field) => field.name) }
}

function shapeOf(
  name: string,
  call: FunctionCall,
  required: (parameter: string) => number,
  offset: number,
  partition: readonly number[],
): WindowShape {
  switch (name) {
    case 'TUMBLE':
      return { type: 'tumble', size: required('SIZE'), offset }
    case 'HOP':
      return { type: 'hop', slide: required('SLIDE'), size: required('SIZE'), offset }
    case 'CUMULATE': {
      const [step, maxSize] = [required('STEP'), required('SIZE')]
      if (maxSize % step !== 0) {
        const problem = `the size must be a multiple of the step, but they are ${maxSize} ms and ${step} ms`
        fail('PLAN_WINDOW_ARGUMENT', { name, problem }, { span: call.span })
      }
      return { type: 'cumulate', step, maxSize, offset }
    }
    default:
      return { type: 'session', gap: required('GAP'), partition }
  }
}

function windowRel(
  context: BindContext,
  table: BoundTable,
  time: InputExpr,
  shape: WindowShape,
  call: FunctionCall,
): WindowTableFunctionRel {
  const input: Rel = table.rel
  const names = uniqueNames([...table.names, 'window_start', 'window_end', 'window_time'])
  const bound = notNull(timestamp(3))
  const types: LogicalType[] = [...input.schema.map((field) => field.type), bound, bound, windowTime(time.type)]
  return {
    kind: 'window-table-function',
    input,
    window: windowSpec(context, time, shape),
    schema: types.map((type, i) => ({ name: names[i], type })),
    place: placeOf(context, call),
  }
}

function windowTime(type: LogicalType): LogicalType {
  const attribute = isTimeAttribute(type) ? type.attribute : undefined
  const plain = type.kind === 'TIMESTAMP_LTZ' ? timestampLtz(3) : timestamp(3)
  return { ...notNull(plain), attribute }
}

function timeColumn(
  context: BindContext,
  scope: Scope,
  name: string,
  ast: Expression | undefined,
  call: FunctionCall,
): InputExpr {
  const descriptor = ast as Descriptor | undefined
  if (descriptor?.kind !== 'descriptor' || descriptor.columns.length !== 1) {
    return fail(
      'PLAN_WINDOW_ARGUMENT',
      { name, problem: 'the time column must be given as DESCRIPTOR(column)', hint: form(name) },
      { span: ast?.span ?? call.span },
    )
  }
  const [column] = descriptor.columns
  const expr = bind({ context, scope, place: 'DESCRIPTOR' }, { kind: 'column', name: column.name, span: column.span })
  return requireTimeAttribute(scope, expr, `The window function ${name}`, column.span)
}

function form(name: string): string {
  const sizes = PARAMETERS[name].map((p) => (p === 'OFFSET' ? `[${p.toLowerCase()}]` : p.toLowerCase()))
  return `Write ${name}(TABLE t, DESCRIPTOR(time column), ${sizes.join(', ')}).`
}

/** Arguments by parameter name, whether written by position or by name. */
function argumentsOf(name: string, call: FunctionCall): ReadonlyMap<string, Expression> {
  const order = ['DATA', 'TIMECOL', ...PARAMETERS[name]]
  const args = new Map<string, Expression>()
  call.args.forEach((arg, i) => {
    const parameter = arg.kind === 'named-argument' ? arg.name.name.toUpperCase() : order[i]
    const value = arg.kind === 'named-argument' ? arg.value : arg
    if (parameter === undefined || !order.includes(parameter)) {
      const hint = parameter === undefined ? form(name) : (didYouMean(parameter, order) ?? form(name))
      const problem =
        parameter === undefined
          ? `it takes at most ${order.length} arguments, ${call.args.length} were given`
          : `it has no parameter ${parameter}`
      fail('PLAN_WINDOW_ARGUMENT', { name, problem, hint }, { span: arg.span })
    }
    args.set(parameter, value)
  })
  return args
}
