/** Secrets in texts become asterisks of the same length; what only looks like one stays. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskText } from './mask.ts'

const cases: readonly (readonly [text: string, masked: string])[] = [
  ["'properties.password' = 'a''b'", "'properties.password' = '****'"],
  ["'topic' = 'tokens'", "'topic' = 'tokens'"],
  ['required username="u" password="p w";', 'required username="u" password=*****;'],
  ['KAFKA_PASSWORD=abc token: de', 'KAFKA_PASSWORD=*** token: **'],
  ['http://user:pw@host', 'http://user:**@host'],
  ['SQL_UNEXPECTED_TOKEN: Expected a name', 'SQL_UNEXPECTED_TOKEN: Expected a name'],
]

for (const [text, masked] of cases) {
  test(text, () => assert.equal(maskText(text), masked))
}
