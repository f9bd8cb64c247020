/**
 * Calls of asynchronous functions.
 *
 * Input      any changelog
 * Output     the input's rows in their order, with one more column per call
 * State      none: a barrier waits until nothing is in flight, so that no call is made twice after a restore but those behind
 *            the barrier
 * Watermark  passed on behind the rows that came before it
 * Law        output rows = input rows with the results of their calls, in order, each row once; no more than
 *            `table.exec.async-scalar.max-concurrent-operations` rows are in flight
 */
import { failure, isRivuletError } from '../../base/errors.ts'
import { parseDuration } from '../../base/options.ts'
import { callFailure, callSite, functionName, functionOf } from '../../expr/call.ts'
import { compileScalar } from '../../expr/compile.ts'
import type { CallExpr } from '../../expr/expr.ts'
import { type Batch, type Column, ColumnBuilder, slice, valueAt } from '../../types/batch.ts'
import { printText } from '../../types/format.ts'
import type { Value } from '../../types/value.ts'
import type { Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import type { AsyncCalcNode } from './node.ts'

export const asyncCalcRuntime: OperatorRuntime<AsyncCalcNode> = {
  kind: 'async-calc',
  create: (node, context) => new AsyncCalc(node, context),
}

/** A batch on its way. */
interface Rows {
  readonly kind: 'rows'
  readonly batch: Batch
  /** Arguments per call. */
  readonly args: readonly (readonly Column[])[]
  readonly results: readonly ColumnBuilder[]
  /** Calls of a row that are not done. */
  readonly open: Uint8Array
  started: number
  emitted: number
}

type Queued = Rows | { readonly kind: 'watermark'; readonly watermark: number }

interface Call {
  readonly expr: CallExpr
  readonly evaluate: (...args: Value[]) => Promise<Value>
  readonly args: readonly ((batch: Batch) => Column)[]
}

class AsyncCalc implements Operator {
  private readonly context: OperatorContext
  private readonly calls: readonly Call[]
  private readonly limits: Limits
  private readonly queue: Queued[] = []
  private readonly timers = new Set<() => void>()
  private running = 0
  private failed: { readonly error: unknown } | undefined
  private closed = false
  private wake: () => void = () => {}

  constructor(node: AsyncCalcNode, context: OperatorContext) {
    this.context = context
    const { functions: lookup, evaluation, expressions: mode } = context
    this.limits = limitsOf((key) => evaluation.option(key))
    const spec = { input: context.inputs[0], lookup, context: evaluation, mode }
    this.calls = node.calls.map((expr) => {
      const evaluate = functionOf(expr, lookup).prepareAsync?.(callSite(expr, evaluation))
      if (evaluate === undefined) throw failure('FUNCTION_INTERNAL', { detail: `${expr.fn} is not asynchronous` })
      return { expr, evaluate, args: expr.args.map((arg) => compileScalar(arg, spec)) }
    })
    context.gauge('rowsInFlight', () => this.running)
  }

  onReady(callback: () => void): void {
    this.wake = callback
  }

  onBatch(batch: Batch): void {
    this.queue.push({
      kind: 'rows',
      batch,
      args: this.calls.map(({ args }) => args.map((arg) => arg(batch))),
      results: this.calls.map(({ expr }) => new ColumnBuilder(expr.type, batch.length)),
      open: new Uint8Array(batch.length).fill(this.calls.length),
      started: 0,
      emitted: 0,
    })
    this.fill()
  }

  onWatermark(watermark: number): void {
    if (this.queue.length === 0) this.context.out.watermark(watermark)
    else this.queue.push({ kind: 'watermark', watermark })
  }

  /** More rows are here than may be called at once. */
  get full(): boolean {
    return this.queue.some((queued) => queued.kind === 'rows' && queued.started < queued.batch.length)
  }

  get busy(): boolean {
    return this.queue.length > 0
  }

  resume(): boolean {
    if (this.failed !== undefined) throw this.failed.error
    let emitted = false
    for (let head = this.queue[0]; head !== undefined; head = this.queue[0]) {
      if (head.kind === 'watermark') {
        this.context.out.watermark(head.watermark)
        this.queue.shift()
        emitted = true
        continue
      }
      let end = head.emitted
      while (end < head.started && head.open[end] === 0) end++
      if (end > head.emitted) {
        const columns = [...head.batch.columns, ...head.results.map((builder) => builder.column())]
        this.context.out.emit(slice({ ...head.batch, columns }, head.emitted, end))
        head.emitted = end
        emitted = true
      }
      if (end < head.batch.length) break
      this.queue.shift()
    }
    return emitted
  }

  /** Start calls in order of the rows while fewer than the limit run. */
  private fill(): void {
    for (const queued of this.queue) {
      if (queued.kind === 'watermark') continue
      while (queued.started < queued.batch.length) {
        if (this.running >= this.limits.concurrent || this.failed !== undefined) return
        this.start(queued, queued.started++)
      }
    }
  }

  private start(rows: Rows, row: number): void {
    this.running++
    this.calls.forEach((call, c) => {
      const args = call.expr.args.map((arg, a) => valueAt(rows.args[c][a], arg.type, row))
      this.attempt(call, args, (value) => {
        rows.results[c].set(row, value)
        if (--rows.open[row] > 0) return
        this.running--
        this.fill()
        this.wake()
      })
    })
  }

  /** Call until there is a result, with retries, within the time limit. */
  private attempt(call: Call, args: readonly Value[], done: (value: Value) => void): void {
    const { timeoutMs, attempts, delayMs } = this.limits
    let over = false
    const cancel = this.after(timeoutMs, () => {
      over = true
      const { evaluation } = this.context
      const texts = call.expr.args.map((arg, i) => printText(args[i], arg.type, evaluation)).join(', ')
      this.fail(
        failure(
          'FUNCTION_TIMED_OUT',
          { name: functionName(call.expr), args: texts, ms: timeoutMs },
          { span: call.expr.span },
        ),
      )
    })
    const settled = () => {
      if (over || this.closed) return false
      over = true
      cancel()
      return true
    }
    const run = (left: number): void => {
      call.evaluate(...args).then(
        (value) => {
          if (settled()) done(value)
        },
        (error: unknown) => {
          if (over || this.closed) return
          // What is wrong with a declaration or a result stays wrong.
          if (left > 1 && !isRivuletError(error)) {
            this.after(delayMs, () => run(left - 1))
            return
          }
          if (settled()) this.fail(callFailure(error, call.expr, args, this.context.evaluation))
        },
      )
    }
    run(attempts)
  }

  private after(ms: number, callback: () => void): () => void {
    const cancel = this.context.host.clock.after(ms, () => {
      this.timers.delete(cancel)
      if (!this.closed) callback()
    })
    this.timers.add(cancel)
    return () => {
      this.timers.delete(cancel)
      cancel()
    }
  }

  private fail(error: unknown): void {
    this.failed ??= { error }
    this.wake()
  }

  nextEventTime(): number {
    return Number.POSITIVE_INFINITY
  }

  waitingFor(): string | undefined {
    return this.running === 0 ? undefined : `${this.running} rows wait for asynchronous functions`
  }

  close(): void {
    this.closed = true
    for (const cancel of this.timers) cancel()
    this.timers.clear()
  }
}

interface Limits {
  readonly concurrent: number
  readonly timeoutMs: number
  readonly attempts: number
  readonly delayMs: number
}

/** With Flink's keys and defaults. */
function limitsOf(option: (key: string) => string | undefined): Limits {
  const read = <T>(key: string, otherwise: T, expected: string, parse: (text: string) => T | undefined): T => {
    const text = option(key)
    const value = text === undefined ? otherwise : parse(text)
    if (value !== undefined) return value
    throw failure('PLAN_SESSION_OPTION', { key, expected })
  }
  const count = (text: string) => (/^[1-9]\d*$/.test(text.trim()) ? Number(text) : undefined)
  const [number, duration] = ['a whole number of 1 or more', "a duration such as '3 min'"]
  const retries = read<boolean>('table.exec.async-scalar.retry-strategy', true, 'FIXED_DELAY or NO_RETRY', (text) => {
    const strategy = text.trim().toUpperCase()
    return strategy === 'FIXED_DELAY' ? true : strategy === 'NO_RETRY' ? false : undefined
  })
  const attempts = read('table.exec.async-scalar.max-attempts', 3, number, count)
  return {
    concurrent: read('table.exec.async-scalar.max-concurrent-operations', 10, number, count),
    timeoutMs: read('table.exec.async-scalar.timeout', 180_000, duration, parseDuration),
    attempts: retries ? attempts : 1,
    delayMs: read('table.exec.async-scalar.retry-delay', 100, duration, parseDuration),
  }
}
