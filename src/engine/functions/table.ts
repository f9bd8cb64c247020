/**
 * Users' table functions: `udtf`, `TableFunction`.
 *
 * Laws
 * - A function gives its rows by returning something iterable (an array, a generator); a class may call `this.collect(row)`.
 * - With a ROW as result type a row is an object by field name, or an array in order of the fields; with `resultTypes` an
 *   array of as many values; with any other result type the value itself.
 * - `null` instead of rows is none.
 */
import { failure, isRivuletError } from '../../base/errors.ts'
import type { UserTableFunction } from '../../catalog/function.ts'
import type { CallSite } from '../../expr/function.ts'
import type { TableFunction as TableDeclaration } from '../../expr/table-function.ts'
import { type LogicalType, notNull, type RowType, row } from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { type DataType, DataTypes } from '../data-types.ts'
import { toExternal, toInternal } from '../external.ts'
import {
  argsText,
  declarationPlace,
  FUNCTION_KIND,
  type FunctionForm,
  type FunctionObject,
  instanceFor,
  isClass,
  nameOf,
  type Overload,
  type UserDefinedFunction,
  wrongResult,
} from './declared.ts'
import type { FunctionContext } from './function-context.ts'
import type { ParametersOf, ValuesOf } from './scalar.ts'
import { inputAt, overloadsOf, userSignature } from './signature.ts'

const COLLECT: unique symbol = Symbol.for('rivulet.collect') as never

/** Base of table functions written as classes: `eval` calls `this.collect(row)`, or gives something iterable. */
export abstract class TableFunction<Row = unknown> implements FunctionObject {
  readonly inputTypes?: readonly DataType[]
  readonly resultType?: DataType
  readonly resultTypes?: readonly DataType[]
  readonly varArgs?: boolean
  readonly overloads?: readonly Overload[];
  /** Where `collect` puts rows; set by the engine. */
  [COLLECT]?: (row: unknown) => void
  open?(context: FunctionContext): void | Promise<void>
  close?(): void | Promise<void>
  get [FUNCTION_KIND](): 'table' {
    return 'table'
  }
  /** Emit a row for the arguments at hand. */
  protected collect(row: Row): void {
    this[COLLECT]?.(row)
  }
}

interface TableOptions<I extends readonly DataType[], V> {
  readonly inputTypes: I
  /** The last parameter takes any number of arguments, none included. */
  readonly varArgs?: V
  readonly name?: string
}

export interface UdtfOptions<I extends readonly DataType[], R extends DataType, V = boolean>
  extends TableOptions<I, V> {
  /** `DataTypes.ROW({ … })` for several columns; any other type is one column, called `f0` unless the query names it. */
  readonly resultType: R
}

export interface UdtfColumnsOptions<I extends readonly DataType[], C extends readonly DataType[], V = boolean>
  extends TableOptions<I, V> {
  /** Types of the columns `f0`, `f1`, …; the query names them: `AS t(word, length)`. */
  readonly resultTypes: C
}

type RowOf<R> =
  R extends DataType<infer T> ? (T extends Readonly<Record<string, unknown>> ? T | readonly unknown[] : T) : never
type Rows<T> = Iterable<T> | null
type TableForm<A extends readonly unknown[], T> =
  | ((...args: A) => Rows<T>)
  // biome-ignore lint/suspicious/noConfusingVoidType: a method that collects returns nothing
  | (FunctionObject & { eval: (...args: A) => Rows<T> | void })
  // biome-ignore lint/suspicious/noConfusingVoidType: a method that collects returns nothing
  | (new () => FunctionObject & { eval: (...args: A) => Rows<T> | void })

/**
 * Declare a table function, for `FROM t, LATERAL TABLE(f(x)) AS a(c1, c2)`.
 *
 * ```ts
 * const words = udtf(function* (text) {
 *   for (const word of (text ?? '').split(' ')) yield { word, length: word.length }
 * }, {
 *   inputTypes: [DataTypes.STRING()],
 *   resultType: DataTypes.ROW({ word: DataTypes.STRING(), length: DataTypes.INT() }),
 * })
 * ```
 */
export function udtf<const I extends readonly DataType[], R extends DataType, const V extends boolean = false>(
  form: TableForm<ParametersOf<I, V>, RowOf<R>>,
  options: UdtfOptions<I, R, V>,
): UserDefinedFunction
export function udtf<
  const I extends readonly DataType[],
  const C extends readonly DataType[],
  const V extends boolean = false,
>(form: TableForm<ParametersOf<I, V>, Readonly<ValuesOf<C>>>, options: UdtfColumnsOptions<I, C, V>): UserDefinedFunction
export function udtf(form: unknown, options: Options): UserDefinedFunction {
  return table(form as Form, options, udtf)
}

type Eval = (...args: unknown[]) => unknown
type Instance = FunctionObject & { eval: Eval; [COLLECT]?: (row: unknown) => void }
type Form = FunctionForm<Instance> | Eval
type Options = Partial<Overload> & {
  readonly resultTypes?: readonly DataType[]
  readonly overloads?: readonly Overload[]
  readonly name?: string
}

export function declareTableClass(form: unknown): UserDefinedFunction {
  const { inputTypes, resultType, resultTypes, varArgs, overloads } = (
    isClass(form) ? new form() : form
  ) as TableFunction
  return table(form as Form, { inputTypes, resultType, resultTypes, varArgs, overloads }, declareTableClass)
}

function table(form: Form, options: Options, below: (...args: never[]) => unknown): UserDefinedFunction {
  const name = options.name ?? nameOf(form)
  const declared = declarationPlace(name, below)
  const resultType = options.resultTypes === undefined ? options.resultType : columnsType(options.resultTypes)
  const overloads = overloadsOf(name, { ...options, resultType })
  const isObject = isClass(form) || typeof form !== 'function'
  const holder = isClass(form) ? form.prototype : form
  if (isObject && typeof (holder as { eval?: unknown }).eval !== 'function') {
    throw failure('FUNCTION_WITHOUT_METHOD', { name, method: 'eval' }, { cause: declared })
  }
  return {
    kind: 'rivulet-function',
    functionKind: 'table',
    name,
    overloads,
    deterministic: true,
    asynchronous: false,
    declare(registeredName): UserTableFunction {
      const signature = userSignature(registeredName, overloads, ({ resultType: type }) => rowTypeOf(type.logicalType))
      const fn: TableDeclaration = {
        kind: 'table',
        name: registeredName,
        doc: `User function ${name}.`,
        signature,
        prepare(site, emit) {
          const overload = signature.overloadOf(site.args.map((arg) => arg.type))
          const instance = isObject ? instanceFor(form as FunctionForm<Instance>, site) : undefined
          const run = instance === undefined ? (form as Eval) : (...args: unknown[]) => instance.eval(...args)
          return evaluator(registeredName, run, instance, overload, site, emit, declared)
        },
      }
      return { kind: 'table', name: registeredName, fn }
    },
  }
}

function columnsType(types: readonly DataType[]): DataType {
  return DataTypes.ROW(Object.fromEntries(types.map((type, i) => [`f${i}`, type])))
}

/** The columns of a result type: fields of a ROW, or the value itself as `f0`. */
function rowTypeOf(type: LogicalType): RowType {
  return type.kind === 'ROW' ? notNull(type) : notNull(row([{ name: 'f0', type }]))
}

function evaluator(
  name: string,
  run: Eval,
  instance: { [COLLECT]?: (row: unknown) => void } | undefined,
  overload: Overload,
  site: CallSite,
  emit: (row: readonly Value[]) => void,
  declared: Error,
): (...args: Value[]) => void {
  const to = site.args.map((_, i) => {
    const input = inputAt(overload, i)
    return toExternal(input.logicalType, input)
  })
  const cells = cellsOf(overload.resultType.logicalType)
  let given: readonly unknown[] = []
  const take = (value: unknown) => {
    let cellsOfRow: readonly Value[]
    try {
      cellsOfRow = cells(value)
    } catch (error) {
      if (!isRivuletError(error)) throw error
      const params = { name, args: argsText(given), problem: error.message }
      throw failure('FUNCTION_WRONG_RESULT', params, { cause: declared })
    }
    emit(cellsOfRow)
  }
  return (...args) => {
    given = args.map((arg, i) => to[i](arg))
    if (instance !== undefined) instance[COLLECT] = take
    const rows = run(...given)
    if (rows === null || (rows === undefined && instance !== undefined)) return
    if (rows === undefined || rows instanceof Promise) throw wrongResult(name, rows, given, declared)
    if (typeof rows === 'string' || typeof (rows as Iterable<unknown>)[Symbol.iterator] !== 'function') {
      const problem = `its rows must be something iterable, such as an array, but it gave a ${typeof rows}.`
      throw failure('FUNCTION_WRONG_RESULT', { name, args: argsText(given), problem }, { cause: declared })
    }
    for (const each of rows as Iterable<unknown>) take(each)
  }
}

function cellsOf(type: LogicalType): (value: unknown) => readonly Value[] {
  if (type.kind !== 'ROW') {
    const convert = toInternal(type)
    return (value) => [required(value, convert, type)]
  }
  const fields = type.fields.map((field) => ({ ...field, convert: toInternal(field.type) }))
  const wrong = (expected: string, found: string) => failure('ENGINE_WRONG_VALUE', { type: 'a row', expected, found })
  return (value) => {
    if (Array.isArray(value)) {
      if (value.length !== fields.length) throw wrong(`${fields.length} values`, String(value.length))
      return fields.map((field, i) => required(value[i], field.convert, field.type, field.name))
    }
    if (typeof value !== 'object' || value === null) throw wrong('an object or an array', String(value))
    return fields.map((field) =>
      required((value as Record<string, unknown>)[field.name], field.convert, field.type, field.name),
    )
  }
}

function required(value: unknown, convert: (value: unknown) => Value, type: LogicalType, field?: string): Value {
  if (value === undefined || (value === null && !type.nullable)) {
    const of = field === undefined ? 'a row' : `the column '${field}'`
    const expected = value === undefined ? 'null where there is no value' : 'a value (NOT NULL)'
    throw failure('ENGINE_WRONG_VALUE', { type: of, expected, found: String(value) })
  }
  return convert(value)
}
