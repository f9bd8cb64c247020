/**
 * Hints behind SELECT.
 *
 * Laws
 * - STATE_TTL bounds the state of this query block alone, instead of 'table.exec.state.ttl': of a regular join, side by side,
 *   by the side's table or alias; of an aggregate by the one table that it is over. A name that is none of FROM is an error.
 * - Hints that choose among the joins of batch jobs mean nothing here, as in Flink's streaming mode; any other is a mistake.
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import { parseDuration } from '../../base/options.ts'
import type { Span } from '../../base/span.ts'
import type { Hint, Select } from '../../sql/ast.ts'
import type { JoinRel, Rel } from '../nodes.ts'
import type { Scope } from './scope.ts'

/** Milliseconds by table or alias; 0 = for ever. */
export type StateTtl = ReadonlyMap<string, { readonly ms: number; readonly span: Span }>

const BATCH = ['BROADCAST', 'SHUFFLE_HASH', 'SHUFFLE_MERGE', 'NEST_LOOP', 'MULTI_JOIN']

export function queryHints(select: Select): StateTtl {
  const ttl = new Map<string, { ms: number; span: Span }>()
  for (const hint of select.hints) {
    const name = hint.name.name.toUpperCase()
    if (name === 'STATE_TTL') {
      for (const { key, value, span } of hint.arguments) {
        const ms = parseDuration(value)
        if (key === undefined || ms === undefined) {
          const problem = `STATE_TTL takes a duration for each table or alias, not ${key === undefined ? '' : `'${key}' = `}'${value}'`
          fail('PLAN_HINT', { problem, hint: "Write /*+ STATE_TTL('orders' = '1 d') */." }, { span })
        }
        ttl.set(key, { ms, span })
      }
    } else if (name === 'LOOKUP') refuseRetry(hint)
    else if (!BATCH.includes(name)) {
      const known = ['STATE_TTL', 'LOOKUP', ...BATCH]
      const advice =
        name === 'OPTIONS'
          ? "Write it behind the table's name: FROM t /*+ OPTIONS('key' = 'value') */."
          : (didYouMean(name, known) ?? `Hints of queries are ${known.join(', ')}.`)
      fail('PLAN_HINT', { problem: `${name} is no hint of a query`, hint: advice }, { span: hint.span })
    }
  }
  return ttl
}

/** The answer of a lookup that is tried again is another one. */
function refuseRetry({ arguments: args }: Hint): void {
  const retry = args.find(({ key }) => key === 'retry-predicate')
  if (retry !== undefined) fail('PLAN_NOT_SUPPORTED', { feature: 'LOOKUP with retries' }, { span: retry.span })
}

/** Every name of STATE_TTL is a table of FROM. */
export function checkStateTtl(ttl: StateTtl, { relations }: Scope): void {
  const known = relations.flatMap(({ alias, path }) => [...(alias ? [alias] : []), ...(path ? [path.name] : [])])
  for (const [name, { span }] of ttl) {
    if (known.includes(name)) continue
    const hint = didYouMean(name, known) ?? `FROM has ${[...new Set(known)].join(', ')}.`
    fail('PLAN_HINT', { problem: `STATE_TTL names '${name}', which is no table or alias of this FROM`, hint }, { span })
  }
}

/** What STATE_TTL says of a FROM clause, or of one side of a join, that is one table. */
export function ttlOf(ttl: StateTtl | undefined, { relations }: Scope): number | undefined {
  if (ttl === undefined || relations.length !== 1) return undefined
  const [{ alias, path }] = relations
  const byAlias = alias === undefined ? undefined : ttl.get(alias)
  return (byAlias ?? (path && ttl.get(path.name)))?.ms
}

/** A regular join with what STATE_TTL says of its sides; other operators forget by time. */
export function withSideTtl(rel: Rel, left: number | undefined, right: number | undefined): Rel {
  if (rel.kind !== 'join' || rel.times !== undefined || (left === undefined && right === undefined)) return rel
  const ttl: JoinRel['ttl'] = { ...(left !== undefined && { left }), ...(right !== undefined && { right }) }
  return { ...rel, ttl }
}
