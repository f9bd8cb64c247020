/** A JSON string as Jackson writes it: two-letter escapes where there are, other controls and surrogates as \uXXXX. */
export function quoted(text: string): string {
  return `"${text.replace(SPECIAL, escaped)}"`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped
const SPECIAL = /["\\\u0000-\u001f\ud800-\udfff]/g

function escaped(unit: string): string {
  switch (unit) {
    case '"':
      return '\\"'
    case '\\':
      return '\\\\'
    case '\b':
      return '\\b'
    case '\f':
      return '\\f'
    case '\n':
      return '\\n'
    case '\r':
      return '\\r'
    case '\t':
      return '\\t'
    default:
      return `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
  }
}
