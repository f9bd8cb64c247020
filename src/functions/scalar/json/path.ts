/**
 * JSON paths as Flink's library reads them: `$.a['b'][0][-1][1:2][0,1].*..c.length()`.
 *
 * Laws
 * - A definite path (names and single positions only) gives its value, or fails where a step is missing.
 * - An indefinite one (`*`, `..`, several positions, slices) gives the list of all that is found, and never fails behind the
 *   first indefinite step.
 * - Filters compare a path of the element with a constant: `[?(@.a == 'x' && @.b < 5)]`. Flink cannot run one that only
 *   asks whether a path exists, so neither is it run here.
 */

import { isJsonArray, isJsonNumber, isJsonObject, type Json } from './parse.ts'
import { type Filter, passes, readFilter } from './path-filter.ts'

type Step =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'positions'; readonly positions: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly filter: Filter }
  | { readonly kind: 'deep' }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly string[] }

export interface JsonPath {
  readonly lax: boolean
  /** Undefined when the path cannot be read. */
  readonly steps: readonly Step[] | undefined
  /** The names and positions (from 0) of a path that has nothing else. */
  readonly direct: readonly (string | number)[] | undefined
}

export type PathResult = { readonly value: Json } | undefined

const cache = new Map<string, JsonPath>()

export function jsonPath(text: string): JsonPath {
  let path = cache.get(text)
  if (path === undefined) {
    if (cache.size > 512) cache.clear()
    path = readPath(text)
    cache.set(text, path)
  }
  return path
}

function readPath(text: string): JsonPath {
  const mode = /^\s*(lax|strict)\s+(.+)$/is.exec(text)
  const spec = mode === null ? text : mode[2]
  const lax = mode !== null && mode[1].toLowerCase() === 'lax'
  const steps = readSteps(spec)
  return { lax, steps, direct: steps && directSteps(steps) }
}

function directSteps(steps: readonly Step[]): readonly (string | number)[] | undefined {
  const direct: (string | number)[] = []
  for (const step of steps) {
    if (step.kind === 'names' && step.names.length === 1) direct.push(step.names[0])
    else if (step.kind === 'positions' && step.positions.length === 1 && step.positions[0] >= 0)
      direct.push(step.positions[0])
    else return undefined
  }
  return direct.length === 0 ? undefined : direct
}

function readSteps(spec: string): readonly Step[] | undefined {
  let text = spec.trim()
  if (text === '') return undefined
  if (text[0] !== '$' && text[0] !== '@') text = `$.${text}`
  if (text.endsWith('.')) return undefined
  const steps: Step[] = []
  let at = 1
  while (at < text.length) {
    const rest = text.slice(at)
    if (rest.startsWith('.')) {
      const deep = rest.startsWith('..')
      if (deep) steps.push({ kind: 'deep' })
      at += deep ? 2 : 1
      if (text[at] === '[') continue
      const named = readName(text, at)
      if (named === undefined) return undefined
      steps.push(named.step)
      at = named.end
      continue
    }
    // The library overlooks a bracket at the end.
    if (rest === '[' && steps.length > 0) break
    const bracket = readBracket(rest)
    if (bracket !== undefined) {
      if (bracket.step === undefined) return undefined
      steps.push(bracket.step)
      at += bracket.length
      continue
    }
    const quoted = readQuoted(text, at)
    if (quoted === undefined) return undefined
    steps.push({ kind: 'names', names: quoted.names })
    at = quoted.end
  }
  return steps
}

const ALL = /^\[\s*\*\s*\]/
const POSITIONS = /^\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]/
const SLICE = /^\[\s*(-?\d+)?\s*:\s*(-?\d+)?\s*\]/
const FILTER = /^\[\s*\?\s*\((.*?)\)\s*\]/s

/** `[*]`, `[0,1]`, `[1:2]`, `[?(…)]`; undefined for none of these, without a step for a filter that cannot be read. */
function readBracket(rest: string): { readonly step: Step | undefined; readonly length: number } | undefined {
  const all = ALL.exec(rest)
  if (all !== null) return { step: { kind: 'all' }, length: all[0].length }
  const positions = POSITIONS.exec(rest)
  if (positions !== null) {
    const step: Step = { kind: 'positions', positions: positions[1].split(',').map(Number) }
    return { step, length: positions[0].length }
  }
  const slice = SLICE.exec(rest)
  if (slice !== null) {
    const bound = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits))
    return { step: { kind: 'slice', from: bound(slice[1]), to: bound(slice[2]) }, length: slice[0].length }
  }
  const filtered = FILTER.exec(rest)
  if (filtered === null) return undefined
  const filter = readFilter(filtered[1])
  return { step: filter && { kind: 'filter', filter }, length: filtered[0].length }
}

function readName(text: string, start: number): { step: Step; end: number } | undefined {
  const match = /^[^.[(]+/.exec(text.slice(start))
  if (match === null) return undefined
  const name = match[0]
  const end = start + name.length
  if (text[end] === '(') {
    const close = text.indexOf(')', end)
    if (close < 0) return undefined
    const args = text.slice(end + 1, close).trim()
    return { step: { kind: 'function', name, args: args === '' ? [] : args.split(',') }, end: close + 1 }
  }
  if (name === '*') return { step: { kind: 'all' }, end }
  return { step: { kind: 'names', names: [name] }, end }
}

/** `['a', "b"]` */
function readQuoted(text: string, start: number): { names: string[]; end: number } | undefined {
  const names: string[] = []
  let at = start + 1
  if (text[start] !== '[') return undefined
  for (;;) {
    while (text[at] === ' ') at++
    const quote = text[at]
    if (quote !== "'" && quote !== '"') return undefined
    let name = ''
    for (at++; text[at] !== quote; at++) {
      if (at >= text.length) return undefined
      if (text[at] === '\\') at++
      name += text[at]
    }
    names.push(name)
    at++
    while (text[at] === ' ') at++
    if (text[at] === ']') return { names, end: at + 1 }
    if (text[at++] !== ',') return undefined
  }
}

/** The value at the path, or undefined where it fails. */
export function evaluatePath(path: JsonPath, root: Json): PathResult {
  const { steps } = path
  if (steps === undefined) return undefined
  const last = steps[steps.length - 1]
  const navigation = last?.kind === 'function' ? steps.slice(0, -1) : steps
  if (navigation.some((step) => step.kind === 'function')) return undefined
  const found: Json[] = []
  const definite = !navigation.some(isIndefinite)
  if (!walk(root, navigation, 0, true, found)) return undefined
  const value = definite ? found[0] : found
  if (last?.kind !== 'function') return { value }
  return applyFunction(last.name, last.args, value, root)
}

function isIndefinite(step: Step, place: number, steps: readonly Step[]): boolean {
  switch (step.kind) {
    case 'names':
      return step.names.length > 1 && place < steps.length - 1
    case 'positions':
      return step.positions.length > 1
    case 'function':
      return false
    default:
      return true
  }
}

/** False where a definite path fails. */
function walk(json: Json, steps: readonly Step[], place: number, definite: boolean, found: Json[]): boolean {
  if (place === steps.length) {
    found.push(json)
    return true
  }
  const step = steps[place]
  const next = (value: Json, stays: boolean) => walk(value, steps, place + 1, definite && stays, found)
  switch (step.kind) {
    case 'names': {
      if (!isJsonObject(json)) return !definite
      if (step.names.length > 1) {
        if (place < steps.length - 1) {
          for (const name of step.names) if (json.has(name)) next(json.get(name) as Json, false)
          return true
        }
        found.push(new Map(step.names.filter((name) => json.has(name)).map((name) => [name, json.get(name) as Json])))
        return true
      }
      const value = json.get(step.names[0])
      return value === undefined ? !definite : next(value, true)
    }
    case 'positions': {
      if (!isJsonArray(json)) return !definite
      const single = step.positions.length === 1
      for (const position of step.positions) {
        const value = json[position < 0 ? json.length + position : position]
        if (value !== undefined) {
          if (!next(value, single)) return false
        } else if (single && definite) return false
      }
      return true
    }
    case 'slice': {
      if (!isJsonArray(json)) return !definite
      for (const value of json.slice(step.from ?? 0, step.to)) next(value, false)
      return true
    }
    case 'filter': {
      const values = isJsonArray(json) ? json : isJsonObject(json) ? [json] : []
      for (const value of values) if (passes(step.filter, value)) next(value, false)
      return true
    }
    case 'all': {
      const values = isJsonObject(json) ? [...json.values()] : isJsonArray(json) ? json : []
      for (const value of values) next(value, false)
      return true
    }
    case 'deep':
      scan(json, steps, place + 1, found)
      return true
    case 'function':
      return false
  }
}

/** The node and all below it, each as a start of the remaining steps. */
function scan(json: Json, steps: readonly Step[], place: number, found: Json[]): void {
  walk(json, steps, place, false, found)
  const values = isJsonObject(json) ? json.values() : isJsonArray(json) ? json : []
  for (const value of values) scan(value, steps, place, found)
}

function applyFunction(name: string, args: readonly string[], value: Json, root: Json): PathResult {
  const whole = (count: number): PathResult => ({ value: numberOf(String(count), true) })
  const decimal = (result: number): PathResult => ({
    value: numberOf(Number.isInteger(result) ? `${result}.0` : String(result), false),
  })
  switch (name) {
    case 'length':
    case 'size':
      if (isJsonArray(value)) return whole(value.length)
      return isJsonObject(value) ? whole(value.size) : { value: null }
    case 'keys':
      return { value: isJsonObject(value) ? [...value.keys()] : null }
    case 'first':
      return isJsonArray(value) ? { value: value[0] ?? null } : { value: null }
    case 'last':
      return isJsonArray(value) ? { value: value[value.length - 1] ?? null } : { value: null }
    case 'index': {
      const position = Number(args[0])
      const element = isJsonArray(value) ? value.at(position) : undefined
      return element === undefined ? undefined : { value: element }
    }
    case 'append':
      return isJsonArray(value)
        ? { value: [...value, ...args.map((arg): Json => numberOf(arg.trim(), !arg.includes('.')))] }
        : { value }
    case 'concat':
      return { value: (typeof value === 'string' ? value : '') + args.map((arg) => concatText(arg, root)).join('') }
    case 'sum':
    case 'min':
    case 'max':
    case 'avg':
    case 'stddev': {
      const numbers = isJsonArray(value) ? value.filter(isJsonNumber).map((json) => Number(json.number)) : []
      if (numbers.length === 0) return undefined
      const sum = numbers.reduce((a, b) => a + b, 0)
      if (name === 'sum') return decimal(sum)
      if (name === 'min') return decimal(Math.min(...numbers))
      if (name === 'max') return decimal(Math.max(...numbers))
      if (name === 'avg') return decimal(sum / numbers.length)
      const squares = numbers.reduce((a, b) => a + b * b, 0)
      return decimal(Math.sqrt(squares / numbers.length - (sum / numbers.length) ** 2))
    }
    default:
      return undefined
  }
}

const numberOf = (text: string, whole: boolean): Json => ({ number: text, whole, source: text })

function concatText(arg: string, root: Json): string {
  const text = arg.trim()
  if (!text.startsWith('$')) return text.replaceAll(/^["']|["']$/g, '')
  const result = evaluatePath(jsonPath(text), root)
  return typeof result?.value === 'string' ? result.value : ''
}
