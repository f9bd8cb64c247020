import { declare } from './contract.ts'

/** `A`, `A or B`, `A, B or C`; the rest of a long list is left out. */
function oneOf(items: readonly string[]): string {
  if (items.length > 10) return `${items.slice(0, 9).join(', ')} …`
  if (items.length < 2) return items.join('')
  return `${items.slice(0, -1).join(', ')} or ${items[items.length - 1]}`
}

/** Errors of the sql part; codes start with `SQL_`. */
export const sqlErrors = {
  SQL_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (sql): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
  SQL_UNEXPECTED_TOKEN: declare<{ found: string; expected: readonly string[]; hint?: string }>({
    domain: 'user',
    message: ({ found, expected }) =>
      expected.length === 0 ? `Unexpected ${found}.` : `Expected ${oneOf(expected)}, found ${found}.`,
    hint: ({ hint }) => hint,
    flink: 'SQL parse failed. Encountered "…" at line …, column …. Was expecting one of: …',
  }),
  SQL_UNEXPECTED_END: declare<{ expected: readonly string[]; hint?: string }>({
    domain: 'user',
    message: ({ expected }) =>
      expected.length === 0
        ? 'The statement ends too early.'
        : `The statement ends too early: expected ${oneOf(expected)}.`,
    hint: ({ hint }) => hint,
    flink: 'SQL parse failed. Encountered "<EOF>"',
  }),
  SQL_UNTERMINATED: declare<{ what: string }>({
    domain: 'user',
    message: ({ what }) => `The ${what} that starts here has no end.`,
    hint: ({ what }) =>
      what === 'comment'
        ? 'Close it with */.'
        : what === 'string'
          ? "Close it with '; a quote inside is written ''."
          : 'Close it with the same quote.',
    flink: 'Lexical error at line …, column …. Encountered: <EOF>',
  }),
  SQL_UNKNOWN_CHARACTER: declare<{ character: string }>({
    domain: 'user',
    message: ({ character }) => `The character '${character}' has no meaning in SQL.`,
    hint: ({ character }) =>
      '‘’“”'.includes(character)
        ? "These are a word processor's quotes: use ' for strings and ` for names."
        : '，（）；'.includes(character)
          ? 'This is the full-width form of the sign: use the plain one.'
          : undefined,
    flink: 'Lexical error at line …, column …',
  }),
  SQL_BAD_UNICODE_ESCAPE: declare<{ text: string }>({
    domain: 'user',
    message: ({ text }) => `'${text}' is no Unicode escape.`,
    hint: () => "Write four hexadecimal digits behind the escape character, U&'\\00e9', or six behind a plus.",
    flink: 'Unicode escape sequence starting at character … is not exactly four hex digits',
  }),
  SQL_BAD_BINARY_LITERAL: declare<{ text: string }>({
    domain: 'user',
    message: ({ text }) => `${text} is no binary literal.`,
    hint: () => "Between the quotes stand hexadecimal digits, two for a byte: x'0aff'.",
    flink: 'Binary literal string must contain only characters …',
  }),
  SQL_UNKNOWN_CHARSET: declare<{ charset: string }>({
    domain: 'user',
    message: ({ charset }) => `Unknown character set ${charset}.`,
    hint: () => 'Strings are Unicode: leave the character set away.',
    flink: "Unknown character set '…'",
  }),
  SQL_TOO_DEEP: declare<{ limit: number }>({
    domain: 'user',
    message: ({ limit }) => `The statement is nested deeper than ${limit} levels.`,
    hint: () => 'Split it with views or WITH.',
  }),
  SQL_NOT_ALLOWED: declare<{ what: string; hint?: string }>({
    domain: 'user',
    message: ({ what }) => `${what}.`,
    hint: ({ hint }) => hint,
  }),
  SQL_QUERY_NOT_ALLOWED: declare<{ where: string }>({
    domain: 'user',
    message: ({ where }) => `A query cannot stand ${where}.`,
    hint: ({ where }) =>
      where.endsWith('without parentheses')
        ? 'Put it in parentheses.'
        : 'Join with the query instead, or make it a view.',
    flink: 'Query expression encountered in illegal context',
  }),
  SQL_DOUBLE_QUOTES: declare<{ name: string }>({
    domain: 'user',
    message: ({ name }) => `"${name}" stands in double quotes, which quote neither names nor text in Flink SQL.`,
    hint: ({ name }) =>
      `A name is written without quotes or in back-ticks, \`${name}\`; text in single quotes, '${name}'.`,
    flink: 'Encountered "\\"" at line …, column ….',
  }),
  SQL_DUPLICATE_CLAUSE: declare<{ what: string }>({
    domain: 'user',
    message: ({ what }) => `There is more than one ${what}.`,
    hint: ({ what }) => `Keep one ${what}.`,
    flink: 'Multiple WATERMARK statements is not supported yet. / Duplicate EXPLAIN DETAIL is not allowed.',
  }),
}
