/**
 * Broken SQL.
 *
 * Law: whatever the text, parsing ends with a tree or with RivuletErrors that have a span within the text — no TypeError,
 * no endless loop, no stack overflow. A tree that came out can be printed and parsed again to the same tree.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../../src/base/errors.ts'
import { parseExpression, parseStatement, parseStatements, print } from '../../src/sql/index.ts'
import { NON_RESERVED, RESERVED } from '../../src/sql/keywords.ts'
import { scan } from '../../src/sql/scanner.ts'
import { seeds } from './seeds.ts'

/** A small generator of pseudo-random numbers, so that a failing run repeats. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 4294967296) * below)
  }
}

const symbols = "( ) [ ] { } , . ; : ? = <> < > <= + - * / % | || => /*+ */ ' \" ` $ ^ _ U& x' -- // /*".split(' ')
const words = [...RESERVED, ...NON_RESERVED]
const others = ["'text'", '`name`', '1', '1.5', '1e3', '0x', 'a', 'é', '\u0000', '\ud800', '“', '\n']

function mutate(sql: string, below: (n: number) => number): string {
  const { starts, ends } = scan(sql)
  const tokens = starts.map((start, i) => sql.slice(start, ends[i])).filter((token) => token !== '')
  const extra = (): string => {
    const kind = below(3)
    return kind === 0
      ? words[below(words.length)]
      : kind === 1
        ? symbols[below(symbols.length)]
        : others[below(others.length)]
  }
  const times = 1 + below(3)
  for (let i = 0; i < times; i++) {
    const at = below(tokens.length + 1)
    switch (below(6)) {
      case 0:
        tokens.splice(at, 1)
        break
      case 1:
        tokens.splice(at, 0, extra())
        break
      case 2:
        tokens.splice(at, 1, extra())
        break
      case 3:
        tokens.splice(at, 0, ...tokens.slice(below(tokens.length + 1), at))
        break
      case 4:
        tokens.length = at
        break
      default:
        if (at + 1 < tokens.length) [tokens[at], tokens[at + 1]] = [tokens[at + 1], tokens[at]]
    }
  }
  return tokens.join(below(10) === 0 ? '' : ' ')
}

function withoutSpans(tree: unknown): string {
  return JSON.stringify(tree, (key, value) => (key === 'span' ? undefined : value))
}

function check(sql: string): 'tree' | 'error' {
  const { statements, errors } = parseStatements(sql)
  for (const error of errors) {
    const { span } = error
    assert.ok(span !== undefined && span.start <= span.end && span.end <= sql.length, `${error.message}\n${sql}`)
  }
  for (const { statement } of statements) {
    const printed = print(statement)
    let again: unknown
    try {
      again = parseStatement(printed)
    } catch (error) {
      assert.fail(`${sql}\nprints as\n${printed}\n${error}`)
    }
    assert.equal(withoutSpans(again), withoutSpans(statement), `${sql}\nprints as\n${printed}`)
  }
  return errors.length === 0 ? 'tree' : 'error'
}

test('mutated statements end in a tree or an error with a span', () => {
  const below = random(7)
  const count = { tree: 0, error: 0 }
  for (let i = 0; i < 6000; i++) count[check(mutate(seeds[below(seeds.length)], below))]++
  // Both outcomes must be common, or the mutations test nothing.
  assert.ok(count.tree > 300 && count.error > 3000, JSON.stringify(count))
})

test('random tokens end in an error with a span', () => {
  const below = random(11)
  for (let i = 0; i < 2000; i++) {
    const tokens = Array.from({ length: 1 + below(12) }, () => {
      const kind = below(3)
      return kind === 0
        ? words[below(words.length)]
        : kind === 1
          ? symbols[below(symbols.length)]
          : others[below(others.length)]
    })
    check(tokens.join(' '))
    check(`SELECT ${tokens.join(' ')}`)
  }
})

const DEEP = 100_000
const deep: readonly (readonly [what: string, sql: string])[] = [
  ['parentheses', `SELECT ${'('.repeat(DEEP)}1${')'.repeat(DEEP)}`],
  ['subqueries', `${'SELECT * FROM ('.repeat(DEEP)}SELECT 1${')'.repeat(DEEP)}`],
  ['scalar subqueries', `${'SELECT (SELECT '.repeat(DEEP)}1`],
  ['tables', `SELECT * FROM ${'('.repeat(DEEP)}`],
  ['joins', `SELECT * FROM ${'(a JOIN '.repeat(DEEP)}`],
  ['types', `SELECT CAST(a AS ${'ARRAY<'.repeat(DEEP)}INT${'>'.repeat(DEEP)})`],
  ['NOT', `SELECT ${'NOT '.repeat(DEEP)}a`],
  ['signs', `SELECT ${'- '.repeat(DEEP)}a`],
  ['LIKE', `SELECT a${' LIKE a'.repeat(DEEP)}`],
  ['calls', `SELECT ${'f('.repeat(DEEP)}1${')'.repeat(DEEP)}`],
  ['CASE', `SELECT ${'CASE WHEN '.repeat(DEEP)}1`],
  ['arrays', `SELECT ${'ARRAY['.repeat(DEEP)}1`],
  ['elements', `SELECT ${'a['.repeat(DEEP)}1`],
  ['BETWEEN', `SELECT ${'a BETWEEN '.repeat(DEEP)}1`],
  ['grouping sets', `SELECT 1 FROM t GROUP BY ${'GROUPING SETS ('.repeat(DEEP)}a`],
  ['patterns', `SELECT * FROM t MATCH_RECOGNIZE (PATTERN (${'('.repeat(DEEP)}`],
  ['common tables', `${'WITH a AS ('.repeat(DEEP)}SELECT 1`],
  ['EXPLAIN', `${'EXPLAIN '.repeat(DEEP)}SELECT 1`],
]
for (const [what, sql] of deep) {
  test(`deep nesting of ${what} is refused, not a stack overflow`, () => {
    assert.throws(
      () => parseStatement(sql),
      (error) => isRivuletError(error) && error.span !== undefined,
    )
  })
}

test('a nesting of a hundred levels is no problem', () => {
  const sql = `${'('.repeat(100)}1${')'.repeat(100)}`
  assert.equal(parseExpression(sql).kind, 'number')
  assert.equal(parseStatement(`${'SELECT * FROM ('.repeat(60)}SELECT 1${')'.repeat(60)}`).kind, 'query')
})

test('long chains are no nesting', () => {
  const chain = `SELECT ${Array.from({ length: 20_000 }, (_, i) => `a${i}`).join(' + ')}`
  const printed = print(parseStatement(chain))
  assert.equal(printed, chain)
  const joins = `SELECT * FROM t0${Array.from({ length: 300 }, (_, i) => ` JOIN t${i} ON TRUE`).join('')}`
  assert.equal(print(parseStatement(joins)), joins)
})
