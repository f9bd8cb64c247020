import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import { rawElements, rawFields } from './raw.ts'

test('pieces keep every digit, blank and escape', () => {
  const rows = rawElements('[["t", "+I", {"a": 12345678901234567890.10, "b":"é\\u0041]"}], [] ,1]')
  assert.deepEqual(rows, ['["t", "+I", {"a": 12345678901234567890.10, "b":"é\\u0041]"}]', '[]', '1'])
  const fields = rawFields(rawElements(rows[0])[2])
  assert.equal(fields.get('a'), '12345678901234567890.10')
  assert.equal(fields.get('b'), '"é\\u0041]"')
})

test('what is no array or object is an error with its place', () => {
  for (const act of [() => rawElements('{"a":1}'), () => rawFields('[1]'), () => rawElements('[1,,2]')]) {
    assert.throws(act, (e) => isRivuletError(e) && e.code === 'FORMAT_JSON_SYNTAX')
  }
})
