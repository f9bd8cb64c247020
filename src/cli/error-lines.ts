/** How the command line writes an error: for a person with line, caret and colour, for programs (`--json`) as one JSON object a line. */
import { isRivuletError, renderError } from '../base/errors.ts'
import { lineColumn } from '../base/span.ts'
import { errorJson } from './job-side.ts'

export function errorLines(error: unknown, color: boolean): string[] {
  if (error instanceof AggregateError) {
    return error.errors.flatMap((each, i) => (i === 0 ? errorLines(each, color) : ['', ...errorLines(each, color)]))
  }
  if (isRivuletError(error)) return renderError(error, color).split('\n')
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).split('\n')
}

/** The text that a span points into is the caller's own file: its name and the place are enough. */
export function errorJsonLines(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(errorJsonLines)
  const { source, span, ...json } = errorJson(error)
  if (source === undefined || span === undefined) return [JSON.stringify({ ...json, source: source?.name })]
  return [JSON.stringify({ ...json, source: source.name, ...lineColumn(source.text, span.start), span })]
}
