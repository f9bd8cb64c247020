/**
 * The pattern as a non-deterministic automaton, built as Flink's CEP library builds it.
 *
 * Laws
 * - Rows follow each other without gaps: a state has no way to ignore a row.
 * - A variable of n to m rows is m states, an unbounded one ends in a state that takes into itself.
 * - What follows a greedy variable takes no row that the variable could take: its first state's conditions say so.
 */
import type { PatternVariable } from './node.ts'

export interface Take {
  readonly kind: 'take'
  readonly variable: number
  /** Variables whose conditions the row must not fulfil. */
  not: readonly number[]
  readonly to: number
}
/** Go on to the other state with the same row. */
export interface Proceed {
  readonly kind: 'proceed'
  readonly to: number
}
export type Transition = Take | Proceed

export interface Automaton {
  /** Transitions of each state, in the order in which they are tried. */
  readonly states: readonly (readonly Transition[])[]
  readonly start: number
  readonly final: number
}

export function buildAutomaton(pattern: readonly PatternVariable[]): Automaton {
  const states: Transition[][] = [[]]
  const final = 0
  const add = (transitions: Transition[]) => states.push(transitions) - 1
  const refuseRows = (state: number, variable: number) => {
    for (const transition of states[state]) {
      if (transition.kind === 'take') transition.not = [...transition.not, variable]
    }
  }
  let next = final
  for (let variable = pattern.length - 1; variable >= 0; variable--) {
    const { min, max, greedy } = pattern[variable]
    const take = (to: number): Take => ({ kind: 'take', variable, not: [], to })
    const behind = next
    const proceed = (): Proceed[] => {
      if (greedy) refuseRows(behind, variable)
      return [{ kind: 'proceed', to: behind }]
    }
    const required = Math.max(1, min)
    let to = behind
    if (max === undefined) {
      const loop = add([])
      states[loop] = [...proceed(), take(loop)]
      to = loop
    } else {
      for (let i = required; i < max; i++) to = add([take(to), ...proceed()])
    }
    for (let i = 1; i < required; i++) to = add([take(to)])
    next = add([take(to), ...(min === 0 ? proceed() : [])])
  }
  return { states, start: next, final }
}

/** Can the end be reached without a row? */
export function matchesNothing(pattern: readonly PatternVariable[]): boolean {
  return pattern.every(({ min }) => min === 0)
}
