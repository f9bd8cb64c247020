/**
 * A JSON object or array that goes into a STRING column: its text, written again without white space.
 *
 * Law: as Flink writes it — a field that comes twice keeps its first place and its last value, whole numbers keep their
 * digits, other numbers are printed as Java prints the double (or, where the table has a DECIMAL column, the BigDecimal),
 * strings are escaped as the encoder escapes them.
 */
import { doubleText } from '../../types/java-number.ts'
import { bigDecimalText } from '../text/numbers.ts'
import { quoted } from './escape.ts'
import type { JsonReader } from './reader.ts'

/** @param decimals numbers with a fraction or an exponent are BigDecimals */
export function compactText(reader: JsonReader, depth: number, decimals: boolean): string {
  switch (reader.peek()) {
    case 123: {
      reader.enter(depth)
      const fields = new Map<string, string>()
      if (reader.peek() === 125) reader.pos++
      else {
        do {
          const key = reader.key()
          fields.set(key, compactText(reader, depth + 1, decimals))
        } while (reader.more(125))
      }
      return `{${[...fields].map(([key, value]) => `${quoted(key)}:${value}`).join(',')}}`
    }
    case 91: {
      reader.enter(depth)
      const elements: string[] = []
      if (reader.peek() === 93) reader.pos++
      else {
        do elements.push(compactText(reader, depth + 1, decimals))
        while (reader.more(93))
      }
      return `[${elements.join(',')}]`
    }
    case 34:
      return quoted(reader.string())
    case 45:
    case 48:
    case 49:
    case 50:
    case 51:
    case 52:
    case 53:
    case 54:
    case 55:
    case 56:
    case 57: {
      const text = reader.numberText()
      if (!reader.isFloat) return text === '-0' ? '0' : text
      if (decimals) return bigDecimalText(text) ?? text
      const value = doubleText(Number(text))
      // Infinity has no JSON number.
      return value.endsWith('y') ? `"${value}"` : value
    }
    default: {
      const at = reader.pos
      reader.skipValue(depth)
      return String.fromCharCode(...reader.bytes.subarray(at, reader.pos))
    }
  }
}
