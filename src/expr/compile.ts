/**
 * Expressions over batches: WHERE and projections as one generated loop.
 *
 * Laws
 * - `run` gives what the interpreter gives, row by row, errors included; `null` when no row is left.
 * - A plain column reference is handed on uncopied when every row passes, and gathered otherwise.
 * - Row kinds travel with their rows; the output's `kinds` and `nulls` are absent when they would say nothing.
 * - Loops that see only narrow `exact` columns and loops that see wide ones are separate instances of the same source, so
 *   that a bigint in one batch does not slow down the next.
 * - Where code generation is forbidden, or `mode` says so, the interpreter does the work behind the same functions.
 */
import { type Batch, type Column, ColumnBuilder, gatherColumn, rowAt, type Schema } from '../types/batch.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { type Exact, type Physical, physicalOf, type Value } from '../types/value.ts'
import { addRow, callFailure, type Environment, undefinedResult } from './call.ts'
import { Emitter } from './emit.ts'
import type { Expr } from './expr.ts'
import type { EvalContext, FunctionLookup } from './function.ts'
import { interpreter } from './interpret.ts'
import { exprKey, isRepeatable } from './key.ts'

export type CompileMode = 'compiled' | 'interpreted'

export interface CalcSpec {
  readonly input: Schema
  /** Rows for which this is FALSE or NULL are dropped. */
  readonly condition?: Expr
  readonly projections: readonly Expr[]
  readonly lookup: FunctionLookup
  readonly context: EvalContext
  readonly mode?: CompileMode
  /** Called with the error of a row instead of throwing it; must throw. For callers that add their own place. */
  readonly onError?: (error: Error, row: number, batch: Batch) => never
}

export interface Calc {
  /** The rows that pass, projected; null when none does. */
  run(batch: Batch): Batch | null
  /** The generated JavaScript, for EXPLAIN and for reading; empty when interpreted. */
  readonly source: string
}

export function compileCalc(spec: CalcSpec): Calc {
  return build(spec) ?? interpretedCalc(spec)
}

/** One expression as a column per batch (watermarks, keys, join sides). */
export function compileScalar(expr: Expr, spec: Omit<CalcSpec, 'condition' | 'projections'>): (batch: Batch) => Column {
  if (expr.kind === 'input') return (batch) => batch.columns[expr.index]
  const calc = compileCalc({ ...spec, projections: [expr] })
  return (batch) => calc.run(batch)?.columns[0] ?? new ColumnBuilder(expr.type, 0).column()
}

/**
 * A condition as a selection: writes the numbers of the rows for which it is TRUE to `rows` and gives their count.
 * `rows` must have room for the batch.
 */
export function compilePredicate(
  expr: Expr,
  spec: Omit<CalcSpec, 'condition' | 'projections'>,
): (batch: Batch, rows: Int32Array) => number {
  const full: CalcSpec = { ...spec, condition: expr, projections: [] }
  const emitter = new Emitter(spec)
  emitCondition(emitter, expr)
  emitter.line('rows[count++] = row;')
  const make = instantiate(emitter, full, ['rows'], ['let count = 0;'], ['return count;'])
  if (make === undefined) {
    const test = interpreter(expr, spec)
    return (batch, rows) => {
      let count = 0
      for (let row = 0; row < batch.length; row++) {
        if (runRow(full, batch, row, () => test(rowAt(batch, spec.input, row)) === true)) rows[count++] = row
      }
      return count
    }
  }
  return make.run as (batch: Batch, rows: Int32Array) => number
}

// ---- Generated ---------------------------------------------------------------------------------------------------

/** Conjuncts one after the other: what one computes, the next and the projections share. */
function emitCondition(emitter: Emitter, condition: Expr): void {
  if (condition.kind === 'call' && condition.fn === 'AND' && condition.user !== true) {
    for (const arg of condition.args) emitCondition(emitter, arg)
    return
  }
  const truth = emitter.isTrue(emitter.emit(condition))
  emitter.line(`if (!(${truth})) continue;`)
}

/** Where each projection's column comes from: an input column, or the n-th computed one. */
type Origin = { readonly input: number } | { readonly computed: number }

function build(spec: CalcSpec): Calc | undefined {
  const emitter = new Emitter(spec)
  const head: string[] = ['let count = 0;']
  if (spec.condition !== undefined) {
    head.push('const rows = new Int32Array(length);')
    emitCondition(emitter, spec.condition)
  } else head.push('const rows = null;')
  const computed: LogicalType[] = []
  const byKey = new Map<string, number>()
  const origins = spec.projections.map((expr): Origin => {
    if (expr.kind === 'input') return { input: expr.index }
    const key = exprKey(expr)
    const known = byKey.get(key)
    if (known !== undefined && isRepeatable(expr, spec.lookup)) return { computed: known }
    const slot = computed.push(expr.type) - 1
    byKey.set(key, slot)
    emitStore(emitter, slot, expr)
    return { computed: slot }
  })
  computed.forEach((type, slot) => {
    head.push(`let w${slot} = ${allocation(physicalOf(type))}, q${slot} = null;`)
  })
  if (spec.condition !== undefined) emitter.line('rows[count] = row;')
  emitter.line('count++;')
  const outputs = computed.map((_, slot) => `w${slot}`).join(', ')
  const masks = computed.map((_, slot) => `q${slot}`).join(', ')
  const tail = [`return count === 0 ? null : finish(batch, count, rows, [${outputs}], [${masks}]);`]
  const physicals = computed.map(physicalOf)
  const finish = (
    batch: Batch,
    count: number,
    rows: Int32Array | null,
    values: readonly unknown[],
    nulls: readonly (Uint8Array | null)[],
  ): Batch => {
    const all = rows === null || count === batch.length
    const columns = physicals.map(
      (physical, slot) => ({ physical, values: values[slot], nulls: nulls[slot] }) as Column,
    )
    return {
      length: count,
      columns: origins.map((origin) => {
        if ('computed' in origin) return columns[origin.computed]
        return all ? batch.columns[origin.input] : gatherColumn(batch.columns[origin.input], rows, count)
      }),
      kinds: all ? batch.kinds : gatherKinds(batch.kinds, rows, count),
    }
  }
  emitter.constants.push(finish, widen)
  emitter.constantNames.push('finish', 'widen')
  const made = instantiate(emitter, spec, [], head, tail)
  return made && { run: made.run as Calc['run'], source: made.source }
}

function allocation(physical: Physical): string {
  switch (physical) {
    case 'int32':
      return 'new Int32Array(length)'
    case 'float64':
    case 'exact':
      return 'new Float64Array(length)'
    case 'object':
      return 'new Array(length)'
  }
}

function emitStore(emitter: Emitter, slot: number, expr: Expr): void {
  const { value, isNull } = emitter.emit(expr)
  const physical = physicalOf(expr.type)
  if (physical === 'object') {
    emitter.line(`w${slot}[count] = ${isNull === 'true' ? 'null' : value};`)
    return
  }
  const store =
    physical === 'exact'
      ? `if (typeof ${value} === 'number') w${slot}[count] = ${value}; else w${slot} = widen(w${slot}, count, ${value});`
      : `w${slot}[count] = ${value};`
  const mark = `if (q${slot} === null) q${slot} = new Uint8Array(length); q${slot}[count] = 1;`
  if (isNull === 'false') emitter.line(store)
  else if (isNull === 'true') emitter.line(mark)
  else emitter.line(`if (${isNull}) { ${mark} } else { ${store} }`)
}

/** The first bigint turns a column into a wide one. */
function widen(values: Float64Array | Exact[], row: number, value: bigint): Exact[] {
  const wide = values instanceof Float64Array ? Array.from<Exact>(values) : values
  wide[row] = value
  return wide
}

function gatherKinds(kinds: Uint8Array | null, rows: Int32Array, count: number): Uint8Array | null {
  if (kinds === null) return null
  const kept = new Uint8Array(count)
  let any = 0
  for (let i = 0; i < count; i++) {
    kept[i] = kinds[rows[i]]
    any |= kept[i]
  }
  return any === 0 ? null : kept
}

type Loop = (batch: Batch, ...more: unknown[]) => unknown

/** The loop around an emitted body, as a function; undefined where code cannot be generated. */
function instantiate(
  emitter: Emitter,
  spec: CalcSpec,
  parameters: readonly string[],
  head: readonly string[],
  tail: readonly string[],
): { readonly run: Loop; readonly source: string } | undefined {
  if (spec.mode === 'interpreted') return undefined
  const inputs = [...emitter.inputs.keys()].map(
    (i) => `const c${i} = batch.columns[${i}].values, m${i} = batch.columns[${i}].nulls;`,
  )
  const source = [
    "'use strict';",
    `return function run(${['batch', ...parameters].join(', ')}) {`,
    '  const length = batch.length;',
    ...[...inputs, ...head].map((line) => `  ${line}`),
    ...(emitter.variables.length > 0 ? [`  let ${emitter.variables.join(', ')};`] : []),
    '  let row = 0, at = 0;',
    '  try {',
    '    for (; row < length; row++) {',
    ...emitter.lines.map((line) => `  ${line}`),
    '    }',
    '  } catch (error) {',
    '    failed(error, at, row, batch);',
    '  }',
    ...tail.map((line) => `  ${line}`),
    '};',
  ].join('\n')
  const names = [...emitter.constantNames, 'failed', 'undefinedResult']
  const raised = { error: undefined as Error | undefined }
  const report = (error: Error, row: number, batch: Batch): never => rowFailed(spec, error, row, batch)
  const failed = (error: unknown, at: number, row: number, batch: Batch): never => {
    if (error === raised.error) {
      raised.error = undefined
      return report(error as Error, row, batch)
    }
    if (at === 0) return report(error as Error, row, batch)
    const expr = emitter.sites[at - 1]
    return report(callFailure(error, expr, argsAt(expr, spec, batch, row), spec.context), row, batch)
  }
  const undefinedAt = (at: number, row: number, batch: Batch): never => {
    const expr = emitter.sites[at - 1]
    raised.error = undefinedResult(expr, argsAt(expr, spec, batch, row), spec.context)
    throw raised.error
  }
  const values = [...emitter.constants, failed, undefinedAt]
  let make: () => Loop
  try {
    // Biome and others warn of generated code; it is what this file is for, and no text of the user gets into the source.
    const factory = new Function(...names, `${source}\n//# sourceURL=rivulet/calc`)
    make = () => factory(...values) as Loop
    make()
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
  const exactInputs = [...emitter.inputs].filter(([, type]) => physicalOf(type) === 'exact').map(([i]) => i)
  if (exactInputs.length === 0) return { run: make(), source }
  const narrow = make()
  let wide: Loop | undefined
  const run: Loop = (batch, ...more) => {
    for (let i = 0; i < exactInputs.length; i++) {
      if (!(batch.columns[exactInputs[i]].values instanceof Float64Array)) {
        wide ??= new Function(...names, `${source}\n//# sourceURL=rivulet/calc-wide`)(...values) as Loop
        return wide(batch, ...more)
      }
    }
    return narrow(batch, ...more)
  }
  return { run, source }
}

/** The arguments of a failed call, evaluated once more for the message; undefined when that fails too. */
function argsAt(expr: Expr, environment: Environment & CalcSpec, batch: Batch, row: number): Value[] | undefined {
  const given = expr.kind === 'call' ? expr.args : expr.kind === 'cast' ? [expr.arg] : []
  try {
    const cells = rowAt(batch, environment.input, row)
    return given.map((arg) => interpreter(arg, environment)(cells))
  } catch {
    // The first error is the one to report; this was only for its text.
    return undefined
  }
}

// ---- Interpreted -------------------------------------------------------------------------------------------------

function runRow<T>(spec: CalcSpec, batch: Batch, row: number, evaluate: () => T): T {
  try {
    return evaluate()
  } catch (error) {
    return rowFailed(spec, error as Error, row, batch)
  }
}

function rowFailed(spec: CalcSpec, error: Error, row: number, batch: Batch): never {
  if (spec.onError !== undefined) spec.onError(error, row, batch)
  addRow(error, rowAt(batch, spec.input, row), spec.input, spec.context)
  throw error
}

function interpretedCalc(spec: CalcSpec): Calc {
  const condition = spec.condition && interpreter(spec.condition, spec)
  const projections = spec.projections.map((expr) => interpreter(expr, spec))
  return {
    source: '',
    run(batch) {
      const builders = spec.projections.map((expr) => new ColumnBuilder(expr.type, batch.length))
      const rows = new Int32Array(batch.length)
      let count = 0
      for (let row = 0; row < batch.length; row++) {
        const cells = rowAt(batch, spec.input, row)
        runRow(spec, batch, row, () => {
          if (condition !== undefined && condition(cells) !== true) return
          const values = projections.map((projection) => projection(cells))
          for (let i = 0; i < values.length; i++) builders[i].set(count, values[i])
          rows[count++] = row
        })
      }
      if (count === 0) return null
      const all = count === batch.length
      return {
        length: count,
        columns: builders.map((builder, i) => {
          const expr = spec.projections[i]
          return all && expr.kind === 'input' ? batch.columns[expr.index] : builder.column()
        }),
        kinds: all ? batch.kinds : gatherKinds(batch.kinds, rows, count),
      }
    },
  }
}
