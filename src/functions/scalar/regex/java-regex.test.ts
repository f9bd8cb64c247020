import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eachMatch, firstMatch, group, type JavaRegex, javaRegex, splitBy } from './java-regex.ts'
import { likeMatcher } from './like.ts'

const all = (pattern: string, text: string) => {
  const found: string[] = []
  const regex = javaRegex(pattern)
  assert.ok(regex !== undefined, pattern)
  eachMatch(regex, text, (match) => found.push(match[0]))
  return found
}

test('what Java writes differently means the same', () => {
  const cases: readonly (readonly [pattern: string, text: string, found: readonly string[]])[] = [
    ['\\p{IsHan}+', 'a中文b', ['中文']],
    ['\\p{Alpha}+', 'aé1', ['a']],
    ['\\p{javaLowerCase}', 'aB', ['a']],
    ['[a-z&&[^b-y]]', 'abz', ['a', 'z']],
    ['[a-c[x-z]]+', 'abyzd', ['abyz']],
    ['[]a]+', 'a]b', ['a]']],
    ['[\\w-]+', 'x-y z', ['x-y', 'z']],
    ['a}', 'a}', ['a}']],
    ['\\Qa.b\\E', 'axb a.b', ['a.b']],
    ['(?i)b', 'aBb', ['B', 'b']],
    ['a(?i)b(?-i)c', 'aBc aBC', ['aBc']],
    ['(?i:b)C', 'BC Bc', ['BC']],
    ['(?s)a.b', 'a\nb', ['a\nb']],
    ['a.b', 'a\nb', []],
    ['(?m)^l\\d$', 'l1\nl2', ['l1', 'l2']],
    ['x$', 'x\n', ['x']],
    ['\\Ax\\z', 'x', ['x']],
    ['\\R', '\r\n\n', ['\r\n', '\n']],
    ['a*+a', 'aaa', []],
    ['(?>a+)b', 'aab', ['aab']],
    ['(a)\\1', 'aab', ['aa']],
    ['(a)(?>b+)\\1', 'abba', ['abba']],
    ['\\x{1F600}', '😀', ['😀']],
    ['\\u0061\\t', 'a\t', ['a\t']],
    ['(?x) a  b # comment', 'ab', ['ab']],
    ['.', '😀x', ['😀', 'x']],
    ['\\bü', 'über', ['ü']],
    ['', 'ab', ['', '', '']],
  ]
  for (const [pattern, text, found] of cases) assert.deepEqual(all(pattern, text), found, pattern)
})

test('patterns that Java refuses are refused', () => {
  for (const pattern of ['(', ')', '[a', 'a**', '*a', '\\p{Nope}', '(?<n', 'a{3,1}', '\\', '\\q', '[z-a]', '{'])
    assert.equal(javaRegex(pattern), undefined, pattern)
})

test('groups keep their numbers beside possessive and atomic parts', () => {
  const regex = javaRegex('(a)x*+(b)(?>c(d))') as JavaRegex
  assert.equal(regex.groupCount, 3)
  const match = firstMatch(regex, 'axxbcd')
  assert.ok(match !== null)
  assert.deepEqual(
    [0, 1, 2, 3].map((n) => group(regex, match, n)),
    ['axxbcd', 'a', 'b', 'd'],
  )
})

test('patterns of letters and the common signs mean what JavaScript means by them', () => {
  const atom = fc.constantFrom('a', 'b', '.', '\\d', '[ab]', '[^a]', '(a|b)', '(?:ab)', 'c')
  const quantifier = fc.constantFrom('', '*', '+', '?', '{1,2}', '*?')
  const pattern = fc
    .array(fc.tuple(atom, quantifier), { maxLength: 5 })
    .map((parts) => parts.map((part) => part.join('')).join(''))
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '1'), { maxLength: 10 }).map((letters) => letters.join(''))
  fc.assert(
    fc.property(pattern, text, (source, value) => {
      assert.deepEqual(
        all(source, value),
        [...value.matchAll(new RegExp(source, 'g'))].map((match) => match[0]),
      )
    }),
    { numRuns: 500 },
  )
})

test('split is that of java.lang.String', () => {
  assert.deepEqual(splitBy('a,b,,', ',', 0), ['a', 'b'])
  assert.deepEqual(splitBy('k1|v', '\\|', 0), ['k1', 'v'])
  assert.deepEqual(splitBy('a=1=2', '=', 2), ['a', '1=2'])
  assert.deepEqual(splitBy('ab', '', 0), ['a', 'b'])
  assert.deepEqual(splitBy('a.b', '.', 0), [])
})

test('LIKE: the quick ways and the regular expression agree', () => {
  const piece = fc.constantFrom('a', 'b', '%', '_', '.', '😀', '\n')
  const list = (max: number) => fc.array(piece, { maxLength: max }).map((letters) => letters.join(''))
  fc.assert(
    fc.property(list(5), list(8), (pattern, text) => {
      const model = new RegExp(
        `^${[...pattern].map((c) => (c === '%' ? '[^]*' : c === '_' ? '[^\\n]' : c === '.' ? '\\.' : c)).join('')}$`,
        'u',
      )
      assert.equal(likeMatcher(pattern)(text), model.test(text), `${pattern} ${text}`)
    }),
    { numRuns: 2000 },
  )
})
