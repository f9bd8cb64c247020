/**
 * A bundle's functions as operations: arguments are read from a wire, the answer is written when there is room for it.
 *
 * Laws
 * - Conversions and checks are those of the embedded engine: the same declaration, the same code.
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
import { type Codec, codecOf, type Wire } from './wire.ts'

declare global {
  var __rivuletSourceMap: string
}

/** One way to call a function of the job. */
export interface PackedFunction {
  readonly name: string
  readonly fn: Registrable
  readonly arguments: readonly LogicalType[]
  /** The last of the arguments comes any number of times. */
  readonly varArgs: boolean
  /** Of a table function: its row. */
  readonly result: LogicalType
  readonly options: Readonly<Record<string, string>>
}

export const [CALL, CREATE, ACCUMULATE, RETRACT, MERGE, VALUE, AGAIN, OPEN, CLOSE] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
export const [DONE, FAILED, NO_ROOM] = [0, 1, 2]

/** Writes the answer; may be asked again with more room. */
export type Answer = () => void
export type Operations = (operation: number) => Answer | Promise<Answer>

/** `open` and `close` of function objects, in the order in which they are met. */
export interface Lives {
  add(life: { open?: () => void | Promise<void>; close?: () => void | Promise<void> }): void
}

/** The answer with its status; false when there is no room for it. */
export function reply(wire: Wire, status: number, write: Answer): boolean {
  wire.position = 0
  wire.putInt(status)
  try {
    write()
    return true
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    wire.position = 0
    return false
  }
}

export function stackOf(error: unknown): string {
  const lines: string[] = []
  for (let at = error; at !== undefined && at !== null; at = (at as { cause?: unknown }).cause) {
    const hint = isRivuletError(at) && at.hint !== undefined ? ` ${at.hint}` : ''
    const stack = at instanceof Error ? (at.stack ?? String(at)) : String(at)
    const text = mappedStack(stack, globalThis.__rivuletSourceMap)
    lines.push(lines.length === 0 ? `${text}${hint}` : `Caused by: ${text}${hint}`)
  }
  return lines.join('\n')
}

export function operationsOf(packed: PackedFunction, count: number, wire: Wire, lives: Lives): Operations {
  const declaration = declarationOf(packed.fn)
  const declared = declaration?.declare(packed.name)
  if (declaration === undefined || declared === undefined) {
    throw new TypeError(`${packed.name} is no function of udf, udtf or udaf`)
  }
  const last = packed.arguments.length - 1
  const types = Array.from({ length: count }, (_, i) => packed.arguments[Math.min(i, last)])
  const arguments_ = types.map(codecOf)
  const result = codecOf(packed.result)
  const read = () => arguments_.map((codec) => codec.read(wire))
  const context = contextOf(packed.options, lives)
  const site = {
    args: types.map((type) => ({ type })),
    returns: packed.result,
    clauses: {},
    context,
  }
  switch (declared.kind) {
    case 'scalar': {
      if (declaration.asynchronous) {
        const later = declared.fn.prepareAsync?.(site) as (...args: Value[]) => Promise<Value>
        return async () => {
          const value = await later(...read())
          return () => result.write(wire, value)
        }
      }
      const evaluate = declared.fn.prepare?.(site) as (...args: Value[]) => Value
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
      const aggregateSite = { argTypes: types, type: packed.result, retract: false, clauses: {}, context }
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

function contextOf(options: Readonly<Record<string, string>>, lives: Lives): EvalContext {
  return {
    timeZone: options['table.local-time-zone'] ?? 'UTC',
    now: () => Date.now(),
    queryStart: Date.now(),
    random: () => Math.random(),
    watermark: () => undefined,
    option: (key) => options[key],
    lifecycle: lives,
  }
}
