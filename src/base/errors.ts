/**
 * The one error class, and the one way to raise it.
 *
 * Law: every error that a user can see comes from the catalogue (`base/catalogue/<part>.ts`) and has a code, a domain, a
 * message and, where there is something to do, a hint; where it has a place in a text it carries the span and the text.
 * Errors cross threads and REST as the JSON of `toJSON` and are rebuilt with `fromErrorJson`.
 */
import type { ErrorDeclaration, ErrorDomain } from './catalogue/contract.ts'
import { catalogue } from './catalogue/index.ts'
import { lineColumn, type SourceText, type Span } from './span.ts'

type Catalogue = typeof catalogue
export type ErrorCode = keyof Catalogue
export type ErrorParams<C extends ErrorCode> = Catalogue[C] extends ErrorDeclaration<infer P> ? P : never

/** The record that an error is about: the same record has the same place at every restart. */
export interface SourcePlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

export interface RivuletErrorJson {
  readonly code: string
  readonly domain: ErrorDomain
  readonly message: string
  readonly hint?: string
  readonly span?: Span
  readonly source?: SourceText
  /** The row that an expression failed for: `id = 7, amount = 2.5`. */
  readonly row?: string
  readonly place?: SourcePlace
  readonly cause?: RivuletErrorJson | { readonly message: string; readonly stack?: string }
}

const brand = Symbol.for('rivulet.error')

export class RivuletError extends Error {
  readonly code: string
  readonly domain: ErrorDomain
  readonly hint: string | undefined
  readonly span: Span | undefined
  /** The text that `span` points into; filled in by whoever knows it (parser, binder, session). */
  source: SourceText | undefined
  /** The row that an expression failed for: `id = 7, amount = 2.5`; filled in by the loop over the rows. */
  row: string | undefined
  /** The record that could not be read; filled in by whoever knows topic, partition and offset. */
  place: SourcePlace | undefined

  constructor(json: Omit<RivuletErrorJson, 'cause'>, cause?: unknown) {
    super(json.message, cause === undefined ? undefined : { cause })
    this.name = 'RivuletError'
    this.code = json.code
    this.domain = json.domain
    this.hint = json.hint
    this.span = json.span
    this.source = json.source
    this.row = json.row
    this.place = json.place
    Object.defineProperty(this, brand, { value: true })
  }

  /** The same error with its text known, so that it can be rendered with line, column and caret. */
  in(source: SourceText): this {
    this.source ??= source
    return this
  }

  toJSON(): RivuletErrorJson {
    const { code, domain, message, hint, span, source, row, place } = this
    return { code, domain, message, hint, span, source, row, place, cause: causeJson(this.cause) }
  }
}

function causeJson(cause: unknown): RivuletErrorJson['cause'] {
  if (cause === undefined) return undefined
  if (isRivuletError(cause)) return cause.toJSON()
  if (cause instanceof Error) return { message: cause.message, stack: cause.stack }
  return { message: String(cause) }
}

export function fromErrorJson(json: RivuletErrorJson): RivuletError {
  let cause: Error | undefined
  if (json.cause !== undefined) {
    if ('code' in json.cause) cause = fromErrorJson(json.cause)
    else {
      cause = new Error(json.cause.message)
      if (json.cause.stack !== undefined) cause.stack = json.cause.stack
    }
  }
  return new RivuletError(json, cause)
}

/** True for a RivuletError of any copy of the package (`instanceof` fails across copies and threads). */
export function isRivuletError(value: unknown): value is RivuletError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}

export interface FailPlace {
  readonly span?: Span
  readonly source?: SourceText
  readonly cause?: unknown
  /** The record that the error is about. */
  readonly place?: SourcePlace
}

/** Build a catalogued error without throwing it. */
export function failure<C extends ErrorCode>(code: C, params: ErrorParams<C>, place: FailPlace = {}): RivuletError {
  const declaration = catalogue[code] as ErrorDeclaration
  return new RivuletError(
    {
      code,
      domain: declaration.domain,
      message: declaration.message(params),
      hint: declaration.hint?.(params),
      span: place.span,
      source: place.source,
      place: place.place,
    },
    place.cause,
  )
}

/** Throw a catalogued error. `fail('PLAN_UNKNOWN_COLUMN', { column, known }, { span })`. */
export function fail<C extends ErrorCode>(code: C, params: ErrorParams<C>, place: FailPlace = {}): never {
  throw failure(code, params, place)
}

/**
 * The error as a person reads it: code and message, the source line with a caret under the span, the hint.
 * @param color use ANSI colours (the caller decides whether the target is a terminal)
 */
export function renderError(error: RivuletError, color = false): string {
  const paint = (code: string, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
  const lines = [`${paint('1;31', 'error')} ${paint('1', error.code)}: ${error.message}`]
  if (error.span !== undefined && error.source !== undefined) {
    const { text, name } = error.source
    const at = lineColumn(text, error.span.start)
    const source = text.split('\n')[at.line - 1] ?? ''
    const width = Math.max(1, Math.min(error.span.end - error.span.start, source.length - at.column + 1))
    const gutter = String(at.line)
    const blank = ' '.repeat(gutter.length)
    // Tabs stay tabs in the padding, so that the caret stands under its character whatever the tab width.
    const padding = source.slice(0, at.column - 1).replace(/[^\t]/g, ' ')
    lines.push(`${blank}--> ${name}:${at.line}:${at.column}`)
    lines.push(`${blank} |`, `${gutter} | ${source}`, `${blank} | ${padding}${paint('31', '^'.repeat(width))}`)
  }
  if (error.row !== undefined) lines.push(`${paint('36', 'row')}: ${error.row}`)
  if (error.hint !== undefined) lines.push(`${paint('36', 'hint')}: ${error.hint}`)
  let said = error.message
  for (let cause = error.cause; cause !== undefined; cause = (cause as Error).cause) {
    const short = cause instanceof Error ? cause.message : String(cause)
    const stack = cause instanceof Error && !isRivuletError(cause) ? cause.stack : undefined
    // What the message has taken over from its cause is not said again; where it happened still is.
    if (short !== '' && said.includes(short)) {
      if (stack !== undefined) lines.push(...stack.split('\n').filter((line) => /^\s+at /.test(line)))
    } else {
      lines.push(`caused by: ${stack ?? short}`)
      said = short
    }
    if (!(cause instanceof Error)) break
  }
  return lines.join('\n')
}
