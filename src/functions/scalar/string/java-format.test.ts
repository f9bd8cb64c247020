import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DOUBLE, INT, STRING } from '../../../types/logical-type.ts'
import { formatJava, javaArgument } from './java-format.ts'

const int = (value: number) => javaArgument(INT)(value)
const double = (value: number) => javaArgument(DOUBLE)(value)
const text = (value: string) => javaArgument(STRING)(value)

test('numbers and texts as java.util.Formatter writes them', () => {
  assert.equal(formatJava('%5d|%-5d|%05d', [int(42), int(42), int(42)]), '   42|42   |00042')
  assert.equal(formatJava('%x %X %o', [int(255), int(-1), int(8)]), 'ff FFFFFFFF 10')
  assert.equal(formatJava('%,d %(d %+d', [int(1_234_567), int(-5), int(5)]), '1,234,567 (5) +5')
  assert.equal(formatJava('%e %.1e', [double(12345.678), double(0)]), '1.234568e+04 0.0e+00')
  assert.equal(
    formatJava('%g %g %g', [double(12345.678), double(0.0001), double(1e10)]),
    '12345.7 0.000100000 1.00000e+10',
  )
  assert.equal(formatJava('%.2f %.1f %.0f', [double(0.125), double(0.25), double(2.5)]), '0.13 0.3 3')
  assert.equal(formatJava('%2$s %1$s %<S %5%', [text('a'), text('b')]), 'b a A     %')
  assert.equal(formatJava('%.1s|%3s|%a', [text('ab'), text('c'), double(1)]), 'a|  c|0x1.0p0')
})

test('where Java throws there is no text', () => {
  for (const format of ['%', '%q', '%s %s', '%-d', '%05s', '%.2d'])
    assert.equal(formatJava(format, [int(1)]), undefined, format)
  assert.equal(formatJava('%d', [text('x')]), undefined)
  assert.equal(formatJava('%f', [int(2)]), undefined)
})

test('%.nf rounds half up on the shortest decimal text', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 4 }), (units, decimals) => {
      const value = units / 1000
      const scaled = BigInt(Math.abs(units)) * 10n ** BigInt(decimals)
      const rounded = (scaled + 500n) / 1000n
      const digits = String(rounded).padStart(decimals + 1, '0')
      const whole = digits.slice(0, digits.length - decimals)
      const expected = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`
      assert.equal(formatJava(`%.${decimals}f`, [double(value)]), units < 0 ? `-${expected}` : expected)
    }),
  )
})
