/**
 * Errors as Flink's clients expect them: text of a Java stack whose last `Caused by:` line names a class and the message.
 *
 * Law: a statement that only lacks its end is a `SqlParserEOFException`; by that word the SQL client knows that more lines
 * follow. The codes and hints are ours.
 */
import { isRivuletError, type RivuletError, renderError } from '../../base/errors.ts'
import { maskJson, maskText } from '../mask.ts'

/** An answer other than 200. */
export class GatewayError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const badRequest = (message: string) => new GatewayError(400, message)

/** Flink answers 500 for sessions and operations that it does not know. */
export function unknown(what: string, handle: string): GatewayError {
  return new GatewayError(500, `${what} '${handle}' does not exist.`)
}

const GATEWAY = 'org.apache.flink.table.gateway.api.utils.SqlGatewayException'

export function errorBody(error: unknown): { readonly status: number; readonly body: { readonly errors: string[] } } {
  if (error instanceof GatewayError && error.status !== 500) {
    return { status: error.status, body: { errors: [error.message] } }
  }
  const text = [
    '<Exception on server side:',
    `${GATEWAY}: the statement or the request failed.`,
    causedBy(error),
    // The SQL client shows what stands between the last cause and the first frame.
    '\tat rivulet.gateway',
    '',
    'End of exception on server side>',
  ]
  return { status: 500, body: { errors: ['Internal server error.', maskText(text.join('\n'))] } }
}

/**
 * What our own shell shows instead of the words of Flink: code, hint and place, as the header of an answer. Without its text
 * where that is too long for a header, as the place is then.
 */
export function errorHeader(error: unknown): string | undefined {
  const [first] = error instanceof AggregateError ? error.errors : [error]
  if (!isRivuletError(first)) return undefined
  const { code, domain, message, hint, row, span, source } = maskJson(first.toJSON())
  const texts = [
    { code, domain, message, hint, row, span, source },
    { code, domain, message, hint },
  ].map((json) => encodeURIComponent(JSON.stringify(json)))
  return texts.find((text) => text.length < 6000)
}

function causedBy(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(causedBy).join('\n')
  if (!isRivuletError(error)) return `Caused by: ${GATEWAY}: ${(error as Error)?.message ?? String(error)}`
  const { source, span } = error
  if (error.code.startsWith('SQL_') && source !== undefined && span !== undefined) {
    const end = source.text.replace(/[\s;]+$/, '').length
    if (span.start >= end) {
      return `Caused by: org.apache.flink.table.api.SqlParserEOFException: Encountered "<EOF>" at the end of the statement: ${oneLine(error)}`
    }
  }
  return `${renderError(error)}\nCaused by: ${classOf(error)}: ${oneLine(error)}`
}

function classOf(error: RivuletError): string {
  if (error.code.startsWith('SQL_')) return 'org.apache.flink.table.api.SqlParserException'
  return error.domain === 'user'
    ? 'org.apache.flink.table.api.ValidationException'
    : 'org.apache.flink.table.api.TableException'
}

/** Code, message, place and hint in one line: more is not shown by the SQL client. */
function oneLine(error: RivuletError): string {
  const { code, message, hint, source, span } = error
  const place =
    source === undefined || span === undefined
      ? ''
      : ` Near «${source.text.slice(span.start, span.end).split('\n')[0]}».`
  return `${code}: ${message}${place}${hint === undefined ? '' : ` ${hint}`}`.replace(/\s*\n\s*/g, ' ')
}
