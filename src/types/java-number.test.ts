import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { doubleText, floatText } from './java-number.ts'

test('texts of DOUBLE that a Java 17 printed', () => {
  const known: readonly (readonly [number, string])[] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [1e7, '1.0E7'],
    [9999999.5, '9999999.5'],
    [0.001, '0.001'],
    [0.00099, '9.9E-4'],
    [2e23, '1.9999999999999998E23'],
    [8.41e21, '8.409999999999999E21'],
    [2 ** -44, '5.6843418860808015E-14'],
    [1.1e23, '1.1E23'],
    [9e22, '9.0E22'],
    [4.9e-324, '4.9E-324'],
    [1.2e-322, '1.2E-322'],
    [2.2250738585072014e-308, '2.2250738585072014E-308'],
    [1.7976931348623157e308, '1.7976931348623157E308'],
    [9007199254740992, '9.007199254740992E15'],
    [9.223372036854776e18, '9.223372036854776E18'],
    [123456789.123, '1.23456789123E8'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ]
  for (const [value, text] of known) assert.equal(doubleText(value), text)
})

test('texts of FLOAT that a Java 17 printed', () => {
  const known: readonly (readonly [number, string])[] = [
    [1e15, '9.9999999E14'],
    [1e16, '1.00000003E16'],
    [2 ** 53, '9.0071993E15'],
    [2 ** 63, '9.223372E18'],
    [0.1, '0.1'],
    [0.3333333333333333, '0.33333334'],
    [3.4028235e38, '3.4028235E38'],
    [1.17549435e-38, '1.17549435E-38'],
    [16777217, '1.6777216E7'],
    [123456789.123, '1.23456792E8'],
    [33554448, '3.3554448E7'],
  ]
  for (const [value, text] of known) assert.equal(floatText(Math.fround(value)), text)
})

test('a text reads back as the number that it was made from, and has the form of Java', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      const text = doubleText(value)
      assert.ok(Object.is(Number(text), value), `${value} ${text}`)
      if (Number.isFinite(value)) assert.match(text, /^-?(\d{1,7}\.\d+|\d\.\d+E-?\d+)$/)
    }),
    { numRuns: 5000 },
  )
  fc.assert(
    fc.property(fc.float(), (value) => {
      assert.ok(Object.is(Math.fround(Number(floatText(value))), value), `${value} ${floatText(value)}`)
    }),
    { numRuns: 5000 },
  )
})
