/**
 * A job's description with what rules ask again and again.
 *
 * Law: counts are those since the earlier description of the same attempt, where there is one: "no new output" is asked about
 * a stretch of time. Times, watermarks and positions are those of now.
 */
import type { Span } from '../../base/span.ts'
import { scan, type Tokens } from '../../sql/scanner.ts'
import type { JobDescription, OperatorDescription, SplitDescription, SubtaskDescription } from './description.ts'

/** A split or source without a row for so long is called quiet. */
export const QUIET_MS = 10_000

export class Chart {
  readonly job: JobDescription
  readonly #earlier: JobDescription | undefined
  #tokens: Tokens | undefined

  constructor(job: JobDescription, earlier?: JobDescription) {
    this.job = job
    this.#earlier = earlier?.restarts === job.restarts ? earlier : undefined
  }

  get now(): number {
    return this.job.now
  }

  /** When this attempt began, or the stretch of time that is asked about. */
  get since(): number {
    return this.#earlier?.now ?? this.attempt
  }

  /** When the job began, or was started again. */
  get attempt(): number {
    const { restarts, exceptions, started } = this.job
    const last = exceptions.find(({ restartAfter }) => restartAfter !== undefined)
    return restarts === 0 || last === undefined ? started : last.at + (last.restartAfter ?? 0)
  }

  get operators(): readonly OperatorDescription[] {
    return this.job.operators
  }

  get sources(): readonly OperatorDescription[] {
    return this.operators.filter(({ kind }) => kind === 'source-scan')
  }

  operator(node: number): OperatorDescription | undefined {
    return this.operators.find((each) => each.node === node)
  }

  /** Sum over the subtasks. */
  count(operator: OperatorDescription, read: (subtask: SubtaskDescription) => number): number {
    const before = this.#earlier?.operators.find(({ node }) => node === operator.node)
    return sum(operator, read) - (before === undefined ? 0 : sum(before, read))
  }

  /** Has any row left it in this attempt? */
  gaveRows(operator: OperatorDescription): boolean {
    return sum(operator, ({ rowsOut }) => rowsOut) > 0
  }

  rowsIn(operator: OperatorDescription): number {
    return this.count(operator, (each) => each.rowsIn)
  }

  rowsOut(operator: OperatorDescription): number {
    return this.count(operator, (each) => each.rowsOut)
  }

  /** Rows that a source has decoded. */
  rowsRead(source: OperatorDescription): number {
    return this.count(source, ({ splits, rowsOut }) =>
      Math.max(
        rowsOut,
        (splits ?? []).reduce((n, { rows }) => n + rows, 0),
      ),
    )
  }

  counter(operator: OperatorDescription, name: string): number {
    return this.count(operator, ({ counters }) => counters[name] ?? 0)
  }

  /** The highest over the subtasks. */
  gauge(operator: OperatorDescription, name: string): number {
    return Math.max(0, ...operator.subtasks.map(({ gauges }) => gauges[name] ?? 0))
  }

  /** The lowest over the subtasks; undefined = one has none yet. */
  watermark(operator: OperatorDescription): number | undefined {
    const own = operator.subtasks.filter(({ ended }) => !ended).map(({ watermark }) => watermark)
    return own.includes(undefined) || own.length === 0 ? undefined : Math.min(...(own as number[]))
  }

  splits(source: OperatorDescription): readonly SplitDescription[] {
    return source.subtasks.flatMap(({ splits }) => splits ?? [])
  }

  ended(operator: OperatorDescription): boolean {
    return operator.subtasks.length > 0 && operator.subtasks.every(({ ended }) => ended)
  }

  /** Epoch ms of the newest row of a source. */
  lastRow(source: OperatorDescription): number | undefined {
    const times = this.splits(source).flatMap(({ lastRow }) => (lastRow === undefined ? [] : [lastRow]))
    return times.length === 0 ? undefined : Math.max(...times)
  }

  /** Records that a source has before it; undefined = not known. */
  backlog(source: OperatorDescription): number | undefined {
    const splits = this.splits(source)
    if (splits.length === 0 || splits.some(({ end, next }) => end === undefined || next === undefined)) return undefined
    return splits.reduce((sum, split) => sum + lagOf(split), 0)
  }

  /** The sources that an operator's rows come from. */
  sourcesOf(node: number): readonly OperatorDescription[] {
    const own = this.operator(node)
    if (own === undefined) return []
    return own.kind === 'source-scan' ? [own] : [...new Set(own.inputs.flatMap((input) => this.sourcesOf(input)))]
  }

  /** Where a table is named in the statement; the first place. */
  spanOfTable(table: string): Span | undefined {
    const name = simpleName(table)
    return this.#find((type, text) => {
      if (type === 'quoted') return text.slice(1, -1) === name
      return type !== 'string' && text === name
    })[0]
  }

  /** The word JOIN, where the statement has only one. */
  get spanOfJoin(): Span | undefined {
    const found = this.#find((type) => type === 'JOIN')
    return found.length === 1 ? found[0] : undefined
  }

  #find(wanted: (type: string, text: string) => boolean): readonly Span[] {
    const { source } = this.job
    if (source === undefined) return []
    this.#tokens ??= scan(source.text)
    const { types, starts, ends } = this.#tokens
    const found: Span[] = []
    for (let i = 0; i < types.length; i++) {
      if (wanted(types[i], source.text.slice(starts[i], ends[i]))) found.push({ start: starts[i], end: ends[i] })
    }
    return found
  }
}

function sum(operator: OperatorDescription, read: (subtask: SubtaskDescription) => number): number {
  return operator.subtasks.reduce((n, each) => n + read(each), 0)
}

export function lagOf({ next, end }: SplitDescription): number {
  return next === undefined || end === undefined ? 0 : Math.max(0, end - next)
}

export function simpleName(table: string): string {
  return table.split('.').at(-1) ?? table
}

/** Of an instant: ISO text. */
export function at(time: number | undefined): string {
  return time === undefined ? 'none' : new Date(time).toISOString()
}

/** `90 s`, `2 h 30 min`: as a person says it. */
export function span(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  if (seconds < 1) return `${Math.round(Math.abs(ms))} ms`
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  if (hours < 48) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
  return `${Math.round(hours / 24)} days`
}

/** `1 row`, `2 rows` */
export function many(n: number, what: string): string {
  return `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`
}
