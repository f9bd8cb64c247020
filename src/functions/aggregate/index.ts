/**
 * All built-in aggregate functions.
 *
 * Law: a name or alias belongs to one function; lookup is by upper-case name; nothing registers itself.
 */
import { arrayAgg } from './array-agg.ts'
import { avg } from './avg.ts'
import { bitmapAggregates } from './bitmap.ts'
import { collect } from './collect.ts'
import type { AggregateFunction, AggregateLookup } from './contract.ts'
import { count } from './count.ts'
import { firstValue, lastValue } from './first-last-value.ts'
import { jsonArrayagg } from './json-arrayagg.ts'
import { jsonObjectagg } from './json-objectagg.ts'
import { listagg } from './listagg.ts'
import { max, min } from './min-max.ts'
import { denseRank, lag, rank, rowNumber } from './over.ts'
import { percentile } from './percentile.ts'
import { singleValue } from './single-value.ts'
import { sum, sum0 } from './sum.ts'
import { stddevPop, stddevSamp, varPop, varSamp } from './variance.ts'

export const aggregateFunctions: readonly AggregateFunction[] = [
  count,
  sum,
  sum0,
  min,
  max,
  avg,
  varPop,
  varSamp,
  stddevPop,
  stddevSamp,
  firstValue,
  lastValue,
  listagg,
  collect,
  arrayAgg,
  jsonArrayagg,
  jsonObjectagg,
  percentile,
  singleValue,
  rowNumber,
  rank,
  denseRank,
  lag,
  ...bitmapAggregates,
]

const byName = new Map<string, AggregateFunction>()
for (const fn of aggregateFunctions) for (const name of [fn.name, ...(fn.aliases ?? [])]) byName.set(name, fn)

/** The built-in of that name (any case) or alias, or undefined. */
export function findAggregateFunction(name: string): AggregateFunction | undefined {
  return byName.get(name) ?? byName.get(name.toUpperCase())
}

/** The built-ins alone as a lookup; sessions put their users' functions in front. */
export const builtInAggregates: AggregateLookup = (name, user) => (user ? undefined : findAggregateFunction(name))

/** Names and aliases, for listings and "did you mean". */
export function aggregateNames(): string[] {
  return [...byName.keys()].filter((name) => !name.startsWith('$'))
}
