/**
 * The text that is typed or read from a file, as statements.
 *
 * Law: a statement ends at a semicolon outside of quotes and comments; BEGIN STATEMENT SET and EXECUTE STATEMENT SET go on to
 * their END.
 */
const PIECE = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|`[^`]*(?:`|$)|;|[^-/'`;]+|[-/]/g

export interface SplitInput {
  /** Whole statements, without their semicolons. */
  readonly statements: readonly string[]
  /** What follows the last of them. */
  readonly rest: string
}

export function splitStatements(text: string): SplitInput {
  const statements: string[] = []
  let current = ''
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece !== ';') {
      current += piece
      continue
    }
    if (isOpenSet(current)) current += ';'
    else {
      if (hasContent(current)) statements.push(current.trim())
      current = ''
    }
  }
  return { statements, rest: current }
}

/** Something besides blanks and comments. */
export function hasContent(text: string): boolean {
  return text.replace(/--[^\n]*|\/\*[\s\S]*?(\*\/|$)/g, '').trim() !== ''
}

function isOpenSet(text: string): boolean {
  const plain = text.replace(/--[^\n]*|\/\*[\s\S]*?(\*\/|$)/g, '').trim()
  return /^(EXECUTE\s+STATEMENT\s+SET\s+BEGIN|BEGIN\s+STATEMENT\s+SET)\b/i.test(plain) && !/\bEND$/i.test(plain)
}
