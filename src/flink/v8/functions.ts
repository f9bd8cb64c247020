/**
 * What a bundle's functions are for Flink: operations on the shared buffer.
 *
 * Laws
 * - Conversions and checks are those of the embedded engine: the same declaration, the same code.
 * - A call never throws into the JVM: what a function throws is the answer, with stack lines of TypeScript.
 * - An accumulator crosses as bytes: the text of plain data, or the value of its declared type.
 */
import { isRivuletError } from '../../base/errors.ts'
import { declarationOf, type Registrable } from '../../engine/functions/index.ts'
import type { EvalContext } from '../../expr/function.ts'
import type { ObjectAggregate } from '../../functions/aggregate/object.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import { parsePlain, plainText } from '../../types/plain-data.ts'
import type { Value } from '../../types/value.ts'
import { mappedStack } from './stack.ts'
import { type Codec, codecOf, Wire } from './wire.ts'

export interface PackedFunction {
  readonly name: string
  readonly fn: Registrable
  readonly arguments: readonly LogicalType[]
  /** Of a table function: its row. */
  readonly result: LogicalType
  readonly options: Readonly<Record<string, string>>
}

const [CALL, CREATE, ACCUMULATE, RETRACT, MERGE, VALUE, AGAIN] = [0, 1, 2, 3, 4, 5, 6]
const [DONE, FAILED, NO_ROOM] = [0, 1, 2]

/** `close` of every function object that was opened. */
const closing: (() => void | Promise<void>)[] = []

type Operations = (operation: number) => () => void

declare global {
  var __rivulet: { attach(buffer: ArrayBuffer): void; call(): void; close(): void }
  var __rivuletSourceMap: string
}

export function serve(functions: readonly PackedFunction[]): void {
  const wire = new Wire()
  const opened: (Operations | undefined)[] = []
  let answer: () => void = () => {}
  globalThis.__rivulet = {
    attach: (buffer) => wire.attach(buffer),
    close() {
      for (const close of closing.reverse()) void close()
    },
    call() {
      wire.position = 0
      const operation = wire.int()
      if (operation !== AGAIN) {
        const position = wire.int()
        try {
          opened[position] ??= operationsOf(functions[position], wire)
          answer = opened[position](operation)
        } catch (error) {
          const text = stackOf(error)
          answer = () => wire.putText(text)
          reply(wire, FAILED, answer)
          return
        }
      }
      reply(wire, DONE, answer)
    },
  }
}

function reply(wire: Wire, status: number, write: () => void): void {
  wire.position = 0
  wire.putInt(status)
  try {
    write()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    wire.position = 0
    wire.putInt(NO_ROOM)
  }
}

function stackOf(error: unknown): string {
  const lines: string[] = []
  for (let at = error; at !== undefined && at !== null; at = (at as { cause?: unknown }).cause) {
    const hint = isRivuletError(at) && at.hint !== undefined ? ` ${at.hint}` : ''
    const stack = at instanceof Error ? (at.stack ?? String(at)) : String(at)
    const text = mappedStack(stack, globalThis.__rivuletSourceMap)
    lines.push(lines.length === 0 ? `${text}${hint}` : `Caused by: ${text}${hint}`)
  }
  return lines.join('\n')
}

function operationsOf(packed: PackedFunction, wire: Wire): Operations {
  const declaration = declarationOf(packed.fn)
  const declared = declaration?.declare(packed.name)
  if (declaration === undefined || declared === undefined) {
    throw new TypeError(`${packed.name} is no function of udf, udtf or udaf`)
  }
  const arguments_ = packed.arguments.map(codecOf)
  const result = codecOf(packed.result)
  const read = () => arguments_.map((codec) => codec.read(wire))
  const context = contextOf(packed.options)
  const site = {
    args: packed.arguments.map((type) => ({ type })),
    returns: packed.result,
    clauses: {},
    context,
  }
  switch (declared.kind) {
    case 'scalar': {
      const evaluate = declared.fn.prepare?.(site) as ((...args: Value[]) => Value) | undefined
      if (evaluate === undefined) throw new TypeError(`${packed.name} is asynchronous`)
      if (arguments_.length === 1) return oneArgument(evaluate, arguments_[0], result, wire)
      return () => {
        const value = evaluate(...read())
        return () => result.write(wire, value)
      }
    }
    case 'table': {
      let rows: (readonly Value[])[] = []
      const run = declared.fn.prepare(site, (row) => void rows.push(row)) as (...args: Value[]) => void
      return () => {
        rows = []
        run(...read())
        return () => {
          wire.putInt(rows.length)
          for (const row of rows) result.write(wire, row)
        }
      }
    }
    case 'aggregate': {
      const aggregateSite = { argTypes: packed.arguments, type: packed.result, retract: false, clauses: {}, context }
      const functions = declaration.objectAggregate?.(packed.name, aggregateSite)
      if (functions === undefined) throw new TypeError(`${packed.name} has no accumulator`)
      return aggregateOperations(functions, read, result, wire)
    }
  }
}

/** The common call without a list or a closure of its own. */
function oneArgument(evaluate: (...args: Value[]) => Value, argument: Codec, result: Codec, wire: Wire): Operations {
  let value: Value = null
  const answer = () => result.write(wire, value)
  return () => {
    value = evaluate(argument.read(wire))
    return answer
  }
}

function aggregateOperations(
  functions: ObjectAggregate<unknown>,
  read: () => Value[],
  result: Codec,
  wire: Wire,
): Operations {
  const stored = functions.accumulatorType === undefined ? undefined : codecOf(functions.accumulatorType)
  const take = (): unknown => {
    const length = wire.int()
    const end = wire.position + length
    const accumulator = stored === undefined ? parsePlain(wire.text()) : stored.read(wire)
    wire.position = end
    return accumulator
  }
  const give = (accumulator: unknown) => {
    const text = stored === undefined ? plainText(accumulator) : ''
    return () => {
      const start = wire.position
      wire.putInt(0)
      if (stored === undefined) wire.putText(text)
      else stored.write(wire, accumulator as Value)
      // Of even length, so that text in it is aligned wherever it is put.
      const end = (wire.position + 1) & ~1
      wire.position = start
      wire.putInt(end - start - 4)
      wire.position = end
    }
  }
  const changed = (accumulator: unknown, returned: unknown) => give(returned === undefined ? accumulator : returned)
  return (operation) => {
    if (operation === CREATE) return give(functions.createAccumulator({} as never))
    const accumulator = take()
    switch (operation) {
      case ACCUMULATE:
        return changed(accumulator, functions.accumulate(accumulator, ...read()))
      case RETRACT:
        return changed(accumulator, functions.retract?.(accumulator, ...read()))
      case MERGE:
        return changed(accumulator, functions.merge?.(accumulator, take()))
      case VALUE: {
        const value = functions.getValue(accumulator)
        return () => result.write(wire, value)
      }
      default:
        throw new RangeError(`no operation ${operation} (${CALL} is no aggregate's)`)
    }
  }
}

function contextOf(options: Readonly<Record<string, string>>): EvalContext {
  return {
    timeZone: options['table.local-time-zone'] ?? 'UTC',
    now: () => Date.now(),
    queryStart: Date.now(),
    random: () => Math.random(),
    watermark: () => undefined,
    option: (key) => options[key],
    lifecycle: {
      add({ open, close }) {
        if (open?.() instanceof Promise) throw new TypeError('open() of a function on Flink must not be asynchronous')
        if (close !== undefined) closing.push(close)
      },
    },
  }
}
