/**
 * Positions in source text.
 *
 * A span is a half-open range of UTF-16 offsets into one named text. It is small enough to sit on every token, AST node
 * and plan node; line and column are computed only when a message is rendered.
 */
export interface Span {
  /** Offset of the first character. */
  readonly start: number
  /** Offset behind the last character. */
  readonly end: number
}

/** The text that spans point into: a file, or the string handed to `executeSql`. */
export interface SourceText {
  /** File path as the user wrote it, or `<sql>`. */
  readonly name: string
  readonly text: string
}

/** A 1-based position, as editors and Flink count. */
export interface LineColumn {
  readonly line: number
  readonly column: number
}

export function span(start: number, end: number): Span {
  return { start, end }
}

/** The smallest span that covers both. */
export function cover(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) }
}

export function lineColumn(text: string, offset: number): LineColumn {
  const upTo = text.slice(0, offset)
  const line = upTo.split('\n').length
  return { line, column: offset - upTo.lastIndexOf('\n') }
}
