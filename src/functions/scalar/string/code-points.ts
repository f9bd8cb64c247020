/**
 * Positions in strings, counted in Unicode code points as Flink counts them.
 *
 * Law: a string without surrogates, the common case, costs one scan by a native regular expression and no copy.
 */
const SURROGATE = /[\ud800-\udfff]/

export const isBasic = (text: string): boolean => !SURROGATE.test(text)

/** Number of code points; an unpaired surrogate counts as one. */
export function lengthOf(text: string): number {
  if (isBasic(text)) return text.length
  let count = 0
  for (const _ of text) count++
  return count
}

/** UTF-16 index of the code point number `count` (0-based); the length of the text where there are fewer. */
export function indexOfPoint(text: string, count: number): number {
  let index = 0
  for (let n = 0; n < count && index < text.length; n++) index += isPair(text, index) ? 2 : 1
  return index
}

function isPair(text: string, index: number): boolean {
  const high = text.charCodeAt(index)
  if (high < 0xd800 || high > 0xdbff) return false
  const low = text.charCodeAt(index + 1)
  return low >= 0xdc00 && low <= 0xdfff
}

/** Code points `from` up to `to` (exclusive). */
export function slicePoints(text: string, from: number, to: number): string {
  if (isBasic(text)) return text.slice(from, to)
  return text.slice(indexOfPoint(text, from), indexOfPoint(text, to))
}

/** Number of code points before a UTF-16 index. */
export function pointsBefore(text: string, index: number): number {
  return lengthOf(text.slice(0, index))
}

/** Halves of surrogate pairs become `?`, as when Java writes them in UTF-8. */
export function wellFormed(text: string): string {
  return text.isWellFormed()
    ? text
    : text.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '?')
}
