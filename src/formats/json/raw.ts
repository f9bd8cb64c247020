/**
 * JSON cut into pieces of text, for callers that must not lose a digit: elements of an array and fields of an object as they
 * stand in the source.
 */
import { failure } from '../../base/errors.ts'
import { bytesAround } from '../text/bytes.ts'
import { JsonFault } from './fault.ts'
import { JsonReader } from './reader.ts'

/** The texts of the elements of the JSON array `text`. */
export function rawElements(text: string): string[] {
  return cut(text, (reader, piece) => {
    const elements: string[] = []
    if (reader.peek() !== 91) reader.syntax('a JSON array')
    reader.enter(0)
    if (reader.peek() === 93) reader.pos++
    else {
      do elements.push(piece())
      while (reader.more(93))
    }
    return elements
  })
}

/** The texts of the fields of the JSON object `text`, by name. */
export function rawFields(text: string): Map<string, string> {
  return cut(text, (reader, piece) => {
    const fields = new Map<string, string>()
    if (reader.peek() !== 123) reader.syntax('a JSON object')
    reader.enter(0)
    if (reader.peek() === 125) reader.pos++
    else {
      do {
        const key = reader.key()
        fields.set(key, piece())
      } while (reader.more(125))
    }
    return fields
  })
}

function cut<T>(text: string, read: (reader: JsonReader, piece: () => string) => T): T {
  const bytes = new TextEncoder().encode(text)
  const decoder = new TextDecoder()
  const reader = new JsonReader()
  reader.reset(bytes, 0, bytes.length)
  const piece = () => {
    reader.peek()
    const start = reader.pos
    reader.skipValue(1)
    return decoder.decode(bytes.subarray(start, reader.pos))
  }
  try {
    return read(reader, piece)
  } catch (fault) {
    if (!(fault instanceof JsonFault) || fault.fault.kind !== 'syntax') throw fault
    const { at, expected, found } = fault.fault
    throw failure('FORMAT_JSON_SYNTAX', { at, expected, found, around: bytesAround(bytes, at, 0, bytes.length) })
  }
}
