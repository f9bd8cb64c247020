/** Casts to texts and bytes: CHAR(n) and BINARY(n) are cut and padded, VARCHAR(n) and VARBINARY(n) cut. */
import type { Cast, CastOptions } from './cast-step.ts'
import { isBinary, isCharacter } from './family.ts'
import { makeFormatter, utf8Text } from './format.ts'
import { type LengthType, type LogicalType, MAX_LENGTH } from './logical-type.ts'
import type { Value } from './value.ts'

/** Number of code points of a text, without allocating when it is ASCII-like. */
export function codePoints(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = text.charCodeAt(i + 1)
      if (next >= 0xdc00 && next <= 0xdfff) {
        count--
        i++
      }
    }
  }
  return count
}

/** Cut or pad to CHAR(n); cut to VARCHAR(n). */
export function fitText(text: string, to: LengthType): string {
  if (to.length === MAX_LENGTH) return text
  if (text.length <= to.length && to.kind === 'VARCHAR') return text
  const points = codePoints(text)
  if (points > to.length)
    return points === text.length ? text.slice(0, to.length) : [...text].slice(0, to.length).join('')
  return to.kind === 'CHAR' ? text + ' '.repeat(to.length - points) : text
}

export function toText(from: LogicalType, to: LengthType, options: CastOptions): Cast {
  const cuts = to.kind === 'CHAR' || (to.length !== MAX_LENGTH && !options.legacy)
  if (isCharacter(from)) return cuts ? (value) => fitText(value as string, to) : (value) => value
  const format = isBinary(from)
    ? (value: Value) => utf8Text(value as Uint8Array)
    : (makeFormatter(from, options, false) as (value: Value) => string)
  return cuts ? (value) => fitText(format(value), to) : format
}

export function fitBytes(bytes: Uint8Array, to: LengthType): Uint8Array {
  if (bytes.length > to.length) return bytes.slice(0, to.length)
  if (to.kind === 'VARBINARY' || bytes.length === to.length) return bytes
  const padded = new Uint8Array(to.length)
  padded.set(bytes)
  return padded
}
