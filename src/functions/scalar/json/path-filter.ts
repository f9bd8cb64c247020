/**
 * Filters of JSON paths: comparisons of a path of the element with a constant, joined by && and ||.
 *
 * Law: numbers compare as numbers, texts by UTF-16 units, other kinds only as equal or not; a missing path equals nothing.
 */
import { fail } from '../../../base/errors.ts'
import { javaRegex } from '../regex/java-regex.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json } from './parse.ts'

type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '=~'

interface Comparison {
  readonly names: readonly string[]
  readonly op: Operator
  readonly constant: string | number | boolean | null | RegExp
}
/** Alternatives of conditions that must all hold. */
export type Filter = readonly (readonly Comparison[])[]

const COMPARISON = /^@((?:\.[^.\s=!<>[\]]+|\['[^']*'\])*)\s*(==|!=|<=|>=|=~|<|>)\s*(.+)$/s

/** Undefined when the filter cannot be read; a test of existence is an error, as in Flink. */
export function readFilter(text: string): Filter | undefined {
  const alternatives: Comparison[][] = []
  for (const alternative of text.split('||')) {
    const conditions: Comparison[] = []
    for (const condition of alternative.split('&&')) {
      const trimmed = condition.trim().replaceAll(/^\(+|\)+$/g, '')
      const match = COMPARISON.exec(trimmed) ?? COMPARISON.exec(turned(trimmed))
      if (match === null) {
        if (/^!?@[^=<>!]*$/.test(trimmed))
          return fail('FUNCTION_INVALID_ARGUMENT', {
            name: 'JSON path',
            problem: `the filter '${trimmed}' tests only whether a path exists; compare it with a constant`,
          })
        return undefined
      }
      const constant = match[2] === '=~' ? readRegex(match[3].trim()) : readConstant(match[3].trim())
      if (constant === undefined) return undefined
      const names = [...match[1].matchAll(/\.([^.[]+)|\['([^']*)'\]/g)].map((name) => name[1] ?? name[2])
      conditions.push({ names, op: match[2] as Operator, constant })
    }
    alternatives.push(conditions)
  }
  return alternatives
}

/** `5 < @.a` as `@.a > 5` */
function turned(text: string): string {
  const match = /^([^@]+?)\s*(==|!=|<=|>=|<|>)\s*(@.*)$/s.exec(text)
  if (match === null) return text
  const op = match[2].startsWith('<') ? match[2].replace('<', '>') : match[2].replace('>', '<')
  return `${match[3]} ${op} ${match[1]}`
}

function readConstant(text: string): Comparison['constant'] | undefined {
  const quoted = /^(['"])(.*)\1$/s.exec(text)
  if (quoted !== null) return quoted[2]
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === 'null') return null
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined
}

/** `/pattern/i` */
function readRegex(text: string): RegExp | undefined {
  const match = /^\/(.*)\/(i?)$/s.exec(text)
  const pattern = match === null ? undefined : javaRegex(`(?${match[2]})(?:${match[1]})`.replace('(?)', ''))?.pattern
  return pattern && new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace('g', ''))
}

export function passes(filter: Filter, element: Json): boolean {
  return filter.some((conditions) => conditions.every((condition) => holds(condition, element)))
}

function holds({ names, op, constant }: Comparison, element: Json): boolean {
  let value: Json | undefined = element
  for (const name of names) value = value !== undefined && isJsonObject(value) ? value.get(name) : undefined
  if (value === undefined || isJsonArray(value) || isJsonObject(value)) return op === '!='
  const plain = value !== null && isJsonNumber(value) ? Number(value.number) : (value as string | boolean | null)
  if (constant instanceof RegExp) return typeof plain === 'string' && constant.test(plain)
  if (op === '==') return plain === constant
  if (op === '!=') return plain !== constant
  if (typeof plain !== typeof constant || (typeof plain !== 'number' && typeof plain !== 'string')) return false
  const other = constant as typeof plain
  switch (op) {
    case '<':
      return plain < other
    case '<=':
      return plain <= other
    case '>':
      return plain > other
    default:
      return plain >= other
  }
}
