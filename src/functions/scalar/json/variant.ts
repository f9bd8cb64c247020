/**
 * Values of type VARIANT: what JSON can write, with objects sorted by key.
 *
 * Law: a number keeps the text that Flink shows. Without an exponent and within 38 digits it is an exact decimal without
 * trailing zeros, otherwise a DOUBLE in Java's form; it stands in the tree as a raw JSON number, so that JSON.stringify of a
 * variant is its text.
 */
import { doubleText } from '../../../types/java-number.ts'
import type { VariantValue } from '../../../types/value.ts'

/** What the runtime has and TypeScript's library does not know yet. */
const raw = JSON as unknown as { rawJSON(text: string): object; isRawJSON(value: unknown): boolean }

export const isVariantNumber = (value: unknown): boolean => raw.isRawJSON(value)

export function variantNumber(text: string): object {
  if (/[eE]/.test(text)) return raw.rawJSON(doubleText(Number(text)))
  const [whole, fraction = ''] = text.replace('-', '').split('.')
  const digits = whole.replace(/^0+/, '')
  const decimals = fraction.replace(/0+$/, '')
  if (digits.length + fraction.length > 38) return raw.rawJSON(doubleText(Number(text)))
  const magnitude = decimals === '' ? digits || '0' : `${digits || '0'}.${decimals}`
  return raw.rawJSON(text.startsWith('-') && magnitude !== '0' ? `-${magnitude}` : magnitude)
}

export const variantText = (value: VariantValue): string => JSON.stringify(value.variant)
