/**
 * The compiled plan as text.
 *
 * Laws
 * - `parsePlan(planText(plan))` is the plan: bigint, bytes, −0, NaN and ±Infinity are written as tagged objects
 *   (`{"$bigint": "…"}`, `{"$bytes": "base64"}`, `{"$number": "-0"}`), everything else is JSON as it is.
 * - Keys are written in the order of their names, so that equal plans have equal texts.
 */
import { type FailPlace, fail } from '../base/errors.ts'
import type { CompiledPlan } from '../operators/nodes.ts'

/** @param bare without spans and in one line: the identity of a part of the plan */
export function planText(value: unknown, bare = false): string {
  return JSON.stringify(encode(value, bare), undefined, bare ? undefined : 2)
}

function encode(value: unknown, bare: boolean): unknown {
  switch (typeof value) {
    case 'bigint':
      return { $bigint: String(value) }
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value
      return { $number: Object.is(value, -0) ? '-0' : String(value) }
    case 'object': {
      if (value === null) return null
      if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
      if (Array.isArray(value)) return value.map((item) => encode(item, bare))
      const entries = Object.entries(value)
        .filter(([key, item]) => item !== undefined && !(bare && key === 'span'))
        .sort(([a], [b]) => (a < b ? -1 : 1))
      return Object.fromEntries(entries.map(([key, item]) => [key, encode(item, bare)]))
    }
    default:
      return value
  }
}

/** @param place of the name of the file, for errors */
export function parsePlan(text: string, place: FailPlace = {}): CompiledPlan {
  let parsed: unknown
  try {
    parsed = JSON.parse(text, decode)
  } catch (cause) {
    return fail('PLAN_FILE', { problem: 'it is no JSON' }, { ...place, cause })
  }
  const plan = parsed as Partial<CompiledPlan> | null
  if (typeof plan !== 'object' || plan?.rivuletPlan !== 1 || !Array.isArray(plan.nodes) || plan.options === undefined) {
    return fail('PLAN_FILE', { problem: 'it is no plan of this version of Rivulet (rivuletPlan 1)' }, place)
  }
  return plan as CompiledPlan
}

const TAGS: Readonly<Record<string, (text: string) => unknown>> = {
  $bigint: BigInt,
  $number: Number,
  $bytes: (text) => new Uint8Array(Buffer.from(text, 'base64')),
}

function decode(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value)
  if (entries.length !== 1) return value
  const [tag, text] = entries[0]
  return Object.hasOwn(TAGS, tag) && typeof text === 'string' ? TAGS[tag](text) : value
}
