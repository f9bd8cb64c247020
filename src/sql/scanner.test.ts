import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReserved, keywordAt, NON_RESERVED, RESERVED } from './keywords.ts'
import { scan } from './scanner.ts'

/** `type:text` of every token but the last. */
function tokens(text: string): string[] {
  const { types, starts, ends } = scan(text)
  assert.equal(types.at(-1), 'end')
  return types.slice(0, -1).map((type, i) => {
    const source = text.slice(starts[i], ends[i])
    return type === source.toUpperCase() ? type : `${type}:${source}`
  })
}

test('keywords in any case, names with theirs', () => {
  assert.deepEqual(tokens('select Price fRoM t_1'), ['SELECT', 'identifier:Price', 'FROM', 'identifier:t_1'])
  assert.deepEqual(tokens('größe 数量 $x _y'), [
    'identifier:größe',
    'identifier:数量',
    'identifier:$x',
    'identifier:_y',
  ])
})

test('every keyword is found by its hash, and nothing else', () => {
  for (const word of [...RESERVED, ...NON_RESERVED]) {
    assert.equal(keywordAt(`(${word.toLowerCase()})`, 1, 1 + word.length), word)
    assert.equal(
      keywordAt(`${word}X`, 0, word.length + 1),
      [...RESERVED, ...NON_RESERVED].find((one) => one === `${word}X`),
    )
  }
  assert.equal(isReserved('ORDER'), true)
  assert.equal(isReserved('CATALOG'), false)
})

test('numbers', () => {
  assert.deepEqual(tokens('1 1.5 .5 1. 1e3 1E-3 1.5e+3 1e 1a 1..2'), [
    'integer:1',
    'decimal:1.5',
    'decimal:.5',
    'decimal:1.',
    'approximate:1e3',
    'approximate:1E-3',
    'approximate:1.5e+3',
    'integer:1',
    'identifier:e',
    'integer:1',
    'A',
    'decimal:1.',
    'decimal:.2',
  ])
})

test('strings and quoted names', () => {
  assert.deepEqual(tokens(`'it''s' \`a\`\`b\` "q" x'0a' n'a' _utf8'a' _iso-8859-1'b' U&'c' U&"d" e'\\'f'`), [
    "string:'it''s'",
    'quoted:`a``b`',
    'quoted:"q"',
    "binary:x'0a'",
    "prefixed:n'a'",
    "prefixed:_utf8'a'",
    "prefixed:_iso-8859-1'b'",
    "unicode:U&'c'",
    'unicode-name:U&"d"',
    "escaped:e'\\'f'",
  ])
})

test('operators take the longest form', () => {
  assert.deepEqual(tokens('a<=b<>c>=d!=e=>f||g|h<i>'), [
    'A',
    '<=',
    'identifier:b',
    '<>',
    'C',
    '>=',
    'identifier:d',
    '!=',
    'identifier:e',
    '=>',
    'identifier:f',
    '||',
    'G',
    '|',
    'identifier:h',
    '<',
    'identifier:i',
    '>',
  ])
})

test('comments are no tokens, hints are', () => {
  assert.deepEqual(tokens('a -- x\n// y\nb /* z */ c /**/ d'), ['A', 'identifier:b', 'C', 'identifier:d'])
  assert.deepEqual(tokens('/*+ H */ 1 */ 2'), ['/*+', 'identifier:H', '*/', 'integer:1', '*', '/', 'integer:2'])
})

test('what is no token becomes an error token, and scanning goes on', () => {
  const { types, errors } = scan('a “ b')
  assert.deepEqual(types, ['A', 'error', 'identifier', 'end'])
  assert.deepEqual([...errors], [[1, { kind: 'character', character: '“' }]])
  assert.deepEqual([...scan("a 'b").errors.values()], [{ kind: 'unterminated', what: 'string' }])
})
