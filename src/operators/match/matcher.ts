/**
 * Finds matches in the ordered rows of one partition.
 *
 * Laws
 * - A partial match is a state of the automaton and the way to it: a chain of nodes, each a row taken by a variable, shared
 *   by the partial matches that go through it.
 * - Partial and complete matches are in order of their first row. A complete match is given out when no partial match that
 *   began before it is left, and then prunes others as AFTER MATCH SKIP says.
 * - All of it is plain data in `MatchState`; what no match reaches any more is cleared away.
 */
import { fail } from '../../base/errors.ts'
import type { Value } from '../../types/value.ts'
import { type Automaton, buildAutomaton, type Take } from './automaton.ts'
import { compileMatchExpr, type MatchEnvironment, type MatchEvaluator } from './expression.ts'
import type { MatchNode } from './node.ts'

export type Cells = readonly Value[]

/** `row` was taken by `variable`, behind the node `previous` (−1: it is the first). */
export interface Node {
  readonly row: number
  readonly variable: number
  readonly previous: number
}

export interface PartialMatch {
  readonly state: number
  /** Last node; −1 before the first row. */
  readonly node: number
  /** Number of the first row; +Infinity before it. */
  readonly start: number
  /** Time of the first row. */
  readonly startTime: number
}

export interface MatchState {
  /** Rows that wait for their time, by time. */
  readonly pending: Map<number, Cells[]>
  /** Rows of partial and complete matches by number, which rises in the order of matching. */
  readonly rows: Map<number, Cells>
  readonly nodes: Map<number, Node>
  partial: readonly PartialMatch[]
  complete: readonly PartialMatch[]
  nextRow: number
  nextNode: number
}

/** How many nodes there may be before unreachable ones are looked for. */
const SWEEP_FROM = 64

export class Matcher {
  readonly #node: MatchNode
  readonly #automaton: Automaton
  readonly #conditions: readonly (MatchEvaluator | undefined)[]
  readonly #emit: (state: MatchState, match: PartialMatch) => void

  /** @param emit is given each match while its rows are still there */
  constructor(node: MatchNode, environment: MatchEnvironment, emit: (state: MatchState, match: PartialMatch) => void) {
    this.#node = node
    this.#automaton = buildAutomaton(node.pattern)
    this.#conditions = node.pattern.map(({ condition }) => condition && compileMatchExpr(condition, environment))
    this.#emit = emit
  }

  create(): MatchState {
    const empty = { node: -1, start: Number.POSITIVE_INFINITY, startTime: Number.POSITIVE_INFINITY }
    return {
      pending: new Map(),
      rows: new Map(),
      nodes: new Map(),
      partial: [{ state: this.#automaton.start, ...empty }],
      complete: [],
      nextRow: 0,
      nextNode: 0,
    }
  }

  /** Nothing has begun and nothing waits. */
  isIdle(state: MatchState): boolean {
    return state.pending.size === 0 && state.partial.length === 1 && state.complete.length === 0
  }

  /** When the first partial match runs out of time; +Infinity without WITHIN. */
  deadline(state: MatchState): number {
    const { withinMs } = this.#node
    return withinMs === undefined ? Number.POSITIVE_INFINITY : state.partial[0].startTime + withinMs
  }

  /** Time has come to `time`: partial matches that began too long ago go, and what waited for them comes out. */
  advance(state: MatchState, time: number): void {
    const { withinMs } = this.#node
    if (withinMs === undefined) return
    const left = state.partial.filter(({ startTime }) => !(time - startTime >= withinMs))
    if (left.length === state.partial.length) return
    state.partial = left
    this.#giveOut(state)
    this.#sweep(state)
  }

  /** The next row of the partition. */
  process(state: MatchState, cells: Cells, time: number): void {
    const row = state.nextRow++
    state.rows.set(row, cells)
    const partial: PartialMatch[] = []
    const complete = [...state.complete]
    for (const match of state.partial) this.#step(state, match, row, time, partial, complete)
    state.partial = partial
    state.complete = complete.sort((left, right) => left.start - right.start)
    this.#giveOut(state)
    if (state.partial.length === 1 && state.complete.length === 0) {
      state.nodes.clear()
      state.rows.clear()
    } else this.#sweep(state)
  }

  #step(
    state: MatchState,
    match: PartialMatch,
    row: number,
    time: number,
    partial: PartialMatch[],
    complete: PartialMatch[],
  ): void {
    const begins = match.node === -1
    const { final } = this.#automaton
    for (const { variable, to } of this.#takes(state, match, row)) {
      const node = state.nextNode++
      state.nodes.set(node, { row, variable, previous: match.node })
      const taken = begins
        ? { state: to, node, start: row, startTime: time }
        : { state: to, node, start: match.start, startTime: match.startTime }
      if (to === final) complete.push(taken)
      else {
        partial.push(taken)
        if (this.#reachesFinal(to)) complete.push({ ...taken, state: final })
      }
    }
    if (begins) partial.push(match)
  }

  /** The ways on with the row, from the match's state and those that it can proceed to. */
  #takes(state: MatchState, match: PartialMatch, row: number): Take[] {
    const takes: Take[] = []
    const stack = [match.state]
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      for (const transition of this.#automaton.states[at]) {
        if (transition.kind === 'proceed') stack.push(transition.to)
        else if (
          this.#holds(state, match, row, transition.variable) &&
          !transition.not.some((variable) => this.#holds(state, match, row, variable))
        )
          takes.push(transition)
      }
    }
    return takes
  }

  #holds(state: MatchState, match: PartialMatch, row: number, variable: number): boolean {
    const condition = this.#conditions[variable]
    return condition === undefined || condition(state, match.node, row, variable) === true
  }

  #reachesFinal(from: number): boolean {
    if (from === this.#automaton.final) return true
    return this.#automaton.states[from].some(({ kind, to }) => kind === 'proceed' && this.#reachesFinal(to))
  }

  #giveOut(state: MatchState): void {
    for (;;) {
      const [match] = state.complete
      if (match === undefined || (state.partial.length > 0 && match.start > state.partial[0].start)) return
      state.complete = state.complete.slice(1)
      this.#emit(state, match)
      const prunes = this.#pruning(state, match)
      // What has not begun starts at infinity, which no row reaches.
      state.partial = state.partial.filter(({ start }) => !prunes(start))
      state.complete = state.complete.filter(({ start }) => !prunes(start))
    }
  }

  /** Which matches may not be any more, by the number of their first row. */
  #pruning(state: MatchState, match: PartialMatch): (start: number) => boolean {
    const { skip, pattern } = this.#node
    if (skip.kind === 'next') return (start) => start <= match.start
    const last = (state.nodes.get(match.node) as Node).row
    if (skip.kind === 'past-last') return (start) => start <= last
    let target: number | undefined
    for (let at = match.node; at !== -1; ) {
      const node = state.nodes.get(at) as Node
      if (node.variable === skip.variable) {
        target = node.row
        if (skip.kind === 'last') break
      }
      at = node.previous
    }
    const variable = pattern[skip.variable].name
    if (target === undefined) return fail('RUNTIME_MATCH_SKIP', { variable, problem: 'the match has no row of it' })
    if (target === match.start) {
      return fail('RUNTIME_MATCH_SKIP', {
        variable,
        problem: 'that is the first row of the match, which would be found again',
      })
    }
    return (start) => start < target
  }

  #sweep(state: MatchState): void {
    const { nodes, rows } = state
    if (nodes.size < SWEEP_FROM || nodes.size < 2 * (state.partial.length + state.complete.length)) return
    const reached = new Set<number>()
    const live = new Set<number>()
    for (const { node } of [...state.partial, ...state.complete]) {
      for (let at = node; at !== -1 && !reached.has(at); ) {
        reached.add(at)
        const { row, previous } = nodes.get(at) as Node
        live.add(row)
        at = previous
      }
    }
    for (const id of nodes.keys()) if (!reached.has(id)) nodes.delete(id)
    for (const id of rows.keys()) if (!live.has(id)) rows.delete(id)
  }
}
