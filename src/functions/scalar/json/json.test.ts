import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bigDecimalText, isJsonArray, isJsonNumber, isJsonObject, type Json, parseJson, writeJson } from './parse.ts'
import { evaluatePath, jsonPath } from './path.ts'
import { selectJson } from './select.ts'
import { variantNumber } from './variant.ts'

/** As JSON.parse sees it. */
function plain(json: Json): unknown {
  if (json === null || typeof json !== 'object') return json
  if (isJsonArray(json)) return json.map(plain)
  if (isJsonObject(json)) return Object.fromEntries([...json].map(([key, value]) => [key, plain(value)]))
  return isJsonNumber(json) ? Number(json.number) : undefined
}

test('texts that JSON.parse takes are read to the same value, and written to an equal text', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false } as never), (text) => {
      const json = parseJson(text)
      assert.ok(json !== undefined)
      const expected = JSON.parse(text) as unknown
      assert.deepEqual(plain(json), normal(expected))
      assert.deepEqual(normal(JSON.parse(writeJson(json))), normal(expected))
    }),
    { numRuns: 500 },
  )
})

/** Own keys without prototype games, −0 as 0: whole numbers have no sign of zero here. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, normal(inner)]))
  return value === 0 ? 0 : value
}

test('texts that are no JSON are refused, text behind a value is not looked at', () => {
  for (const text of [
    '',
    ' ',
    'x',
    '{a:1}',
    '[1,]',
    '01',
    '+1',
    '.5',
    '1.e',
    'truee',
    '1x',
    '"a',
    '"\\q"',
    'NaN',
    '"a\tb"',
  ])
    assert.equal(parseJson(text), undefined, text)
  for (const text of ['1 2', '{"a":1} x', '[]x', ' 1 ']) assert.notEqual(parseJson(text), undefined, text)
  assert.equal(parseJson('{"a":1,"a":2}', { uniqueKeys: true }), undefined)
})

test('numbers are written as BigDecimal writes them', () => {
  const texts = {
    '1e3': '1E+3',
    '1.50e2': '150',
    '0.000001': '0.000001',
    '0.00000001': '1E-8',
    '-0.0': '0.0',
    '1.0E-5': '0.000010',
  }
  for (const [text, written] of Object.entries(texts)) assert.equal(bigDecimalText(text), written)
  const variants = {
    '1.10': '1.1',
    '-0': '0',
    '1e3': '1000.0',
    '123456789012345678901234567890123456789012': '1.2345678901234568E41',
  }
  for (const [text, written] of Object.entries(variants)) assert.equal(JSON.stringify(variantNumber(text)), written)
})

const DOCUMENT = parseJson(
  '{"a": {"b": [1, 2, {"c": "x"}]}, "n": null, "s": "str", "arr": [[1,2],[3,4]], "o": {"y": 1, "x": 2}}',
) as Json
const at = (path: string) => {
  const result = evaluatePath(jsonPath(path), DOCUMENT)
  return result === undefined ? undefined : writeJson(result.value)
}

test('paths find what the library of Flink finds', () => {
  const found = {
    $: writeJson(DOCUMENT),
    'a.b': '[1,2,{"c":"x"}]',
    '$.a.b[-1].c': '"x"',
    "$['a']['b'][0]": '1',
    '$.a.b[ 0 ]': '1',
    '$.a.b[0,1]': '[1,2]',
    '$.a.b[-2:]': '[2,{"c":"x"}]',
    '$.arr[*][0]': '[1,3]',
    '$.a.b[*].c': '["x"]',
    '$..c': '["x"]',
    '$..zz': '[]',
    '$.s.*': '[]',
    "$['s','n']": '{"n":null,"s":"str"}',
    '$.o.*': '[1,2]',
    '$.a.b.length()': '3',
    '$.arr[0].avg()': '1.5',
    "$.a.b[?(@.c == 'x')]": '[{"c":"x"}]',
    'strict $.n': 'null',
  }
  for (const [path, json] of Object.entries(found)) assert.equal(at(path), json, path)
})

test('definite paths fail where a step is missing, unreadable ones everywhere', () => {
  for (const path of [
    '$.missing',
    '$.a.b[9]',
    '$.s[0]',
    '$.n.x',
    '$[0]',
    '$a',
    '$.',
    '$[',
    '',
    'lax',
    '$.a . b',
    '$.arr..',
  ])
    assert.equal(at(path), undefined, path)
  assert.ok(jsonPath('  LAX  $.x').lax)
  assert.throws(() => jsonPath('$.a.b[?(@.c)]'), /only whether a path exists/)
})

test('a value that is picked out of a text is the one that the whole tree has', () => {
  const json = fc.json()
  const step = fc.oneof(fc.constantFrom('', 'a', 'b', '\n', '"'), fc.nat(3))
  const damage = fc.tuple(fc.nat(30), fc.constantFrom('', '"', ',', '1', '}', ' ', '\\', 'e'))
  fc.assert(
    fc.property(json, fc.array(step, { minLength: 1, maxLength: 3 }), fc.option(damage), (text, steps, change) => {
      const written = change === null ? text : text.slice(0, change[0]) + change[1] + text.slice(change[0])
      const tree = parseJson(written)
      let expected: Json | undefined = tree
      for (const next of steps) {
        if (expected === undefined) break
        if (typeof next === 'string') expected = isJsonObject(expected) ? expected.get(next) : undefined
        else expected = isJsonArray(expected) ? expected[next] : undefined
      }
      const selection = selectJson(written, steps)
      if (tree === undefined) assert.equal(selection, 'not-json', written)
      else if (expected === undefined) assert.equal(selection, 'missing', written)
      else assert.deepEqual(selection, { value: expected }, written)
    }),
    { numRuns: 3000 },
  )
  assert.deepEqual(selectJson('{"a":{"b":1},"a":{"c":2}}', ['a', 'b']), 'missing')
  assert.deepEqual(plain((selectJson('{"x":[1,{"k\\u0041":[2]}]} y', ['x', 1, 'kA', 0]) as { value: Json }).value), 2)
})
