/** `DESCRIBE FUNCTION [EXTENDED] f`: what the registry and the catalog know of a function, in Flink's rows. */
import { fail } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Span } from '../base/span.ts'
import type { ScalarFunction } from '../expr/function.ts'
import { aggregateNames, findAggregateFunction } from '../functions/aggregate/index.ts'
import { findScalarFunction, scalarFunctions } from '../functions/registry.ts'
import type { Session } from './session.ts'

type InfoRow = readonly [name: string, value: string]

export function describeFunction(
  session: Session,
  parts: readonly string[],
  extended: boolean,
  span: Span,
): readonly InfoRow[] {
  const { catalog } = session
  const bare = parts.length === 1 ? parts[0] : undefined
  const user = (bare && catalog.findSystemFunction(bare)) ?? catalog.findFunction(catalog.qualify(parts))
  if (user) {
    const { kind, fn } = user.fn
    const rows = head(false, true)
    return extended ? [...rows, ...details(kind, kind === 'scalar' ? (fn as ScalarFunction) : undefined)] : rows
  }
  const scalar = bare === undefined ? undefined : findScalarFunction(bare)
  if (scalar !== undefined) return extended ? [...head(true, false), ...details('scalar', scalar)] : head(true, false)
  const aggregate = bare === undefined ? undefined : findAggregateFunction(bare.toUpperCase())
  if (aggregate === undefined) {
    const known = [...scalarFunctions.map(({ name }) => name), ...aggregateNames(), ...catalog.listFunctions()]
    const name = parts.join('.')
    const hint = didYouMean(name.toUpperCase(), known) ?? didYouMean(name, known)
    return fail('PLAN_UNKNOWN_FUNCTION', { name, hint }, { span })
  }
  if (!extended) return head(true, false)
  const signature = aggregate.signature.texts.join('\n')
  return [...head(true, false), ...details('aggregate', undefined), ['signature', signature]]
}

function head(system: boolean, temporary: boolean): InfoRow[] {
  return [
    ['is system function', String(system)],
    ['is temporary', String(temporary)],
  ]
}

function details(kind: string, fn: ScalarFunction | undefined): InfoRow[] {
  const determinism = fn?.determinism ?? 'deterministic'
  const rows: InfoRow[] = [
    ['kind', kind.toUpperCase()],
    ['requirements', '[]'],
    ['is deterministic', String(determinism !== 'random')],
    ['supports constant folding', String(fn !== undefined && determinism === 'deterministic')],
  ]
  return fn === undefined ? rows : [...rows, ['signature', fn.signature.texts.join('\n')], ['description', fn.doc]]
}
