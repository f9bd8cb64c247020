/** What the planner is given: the session's names and options, and the registries of everything that SQL can mention. */

import type { Catalog } from '../catalog/catalog.ts'
import type { SessionOptions } from '../catalog/session-options.ts'
import type { Connector } from '../connectors/contract.ts'
import type { Expr } from '../expr/expr.ts'
import { foldConstants } from '../expr/fold.ts'
import type { ScalarFunction, TypingContext } from '../expr/function.ts'
import type { Format } from '../formats/contract.ts'
import type { AggregateFunction } from '../functions/aggregate/contract.ts'

export interface PlannerContext {
  readonly catalog: Catalog
  readonly functions: PlannerFunctions
  readonly connectors: readonly Connector[]
  readonly formats: readonly Format[]
  readonly options: SessionOptions
  /** Rows handed over in memory for connectors of tests, by the table's name. */
  readonly inline?: (table: string) => unknown
}

export interface PlannerFunctions {
  /** A built-in by name or alias, any case. */
  scalar(name: string): ScalarFunction | undefined
  aggregate(name: string): AggregateFunction | undefined
  /** All names, for "did you mean". */
  names(): Iterable<string>
}

/** The expression with its constants computed. Functions of time and chance are never called, so no clock is needed. */
export function fold(ctx: PlannerContext, expr: Expr): Expr {
  return foldConstants(expr, {
    lookup: {
      scalar: (name, user) => {
        if (!user) return ctx.functions.scalar(name)
        const found = ctx.catalog.functionById(name)
        // A function of the user may have effects: it is called for rows only.
        return found?.kind === 'scalar' ? { ...found.fn, determinism: 'dynamic' } : undefined
      },
    },
    context: {
      ...typingContext(ctx),
      now: () => 0,
      queryStart: 0,
      random: () => 0,
      watermark: () => undefined,
    },
  })
}

/** How functions' typing sees the session. */
export function typingContext(ctx: PlannerContext): TypingContext {
  return {
    timeZone: ctx.options.get('table.local-time-zone') ?? 'UTC',
    option: (key) => ctx.options.get(key),
  }
}
