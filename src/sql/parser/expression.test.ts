/** The shapes of expression trees; each was compared with the tree that Flink's own parser makes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Expression } from '../ast.ts'
import { parseExpression } from '../index.ts'

/** `(op operand …)`: the tree without anything that is not its shape. */
function shape(e: Expression): string {
  switch (e.kind) {
    case 'number':
      return e.text
    case 'string':
      return `'${e.value}'`
    case 'null':
      return 'NULL'
    case 'column':
      return e.name.parts.map((part) => part.name).join('.')
    case 'unary':
      return `(${e.op} ${shape(e.operand)})`
    case 'binary':
      return `(${e.op} ${shape(e.left)} ${shape(e.right)})`
    case 'is':
      return `(IS ${e.negated ? 'NOT ' : ''}${e.test} ${shape(e.operand)})`
    case 'is-distinct':
      return `(IS ${e.negated ? 'NOT ' : ''}DISTINCT ${shape(e.left)} ${shape(e.right)})`
    case 'between':
      return `(${e.negated ? 'NOT ' : ''}BETWEEN ${shape(e.operand)} ${shape(e.low)} ${shape(e.high)})`
    case 'like':
      return `(${e.negated ? 'NOT ' : ''}${e.op} ${shape(e.operand)} ${shape(e.pattern)}${e.escape ? ` ${shape(e.escape)}` : ''})`
    case 'in-list':
      return `(${e.negated ? 'NOT ' : ''}IN ${shape(e.operand)} ${e.list.map(shape).join(' ')})`
    case 'in-query':
      return `(${e.negated ? 'NOT ' : ''}IN ${shape(e.operand)} query)`
    case 'quantified':
      return `(${e.op} ${e.quantifier} ${shape(e.operand)})`
    case 'exists':
      return `(${e.test})`
    case 'subquery':
      return 'query'
    case 'field':
      return `(. ${shape(e.object)} ${e.field.name})`
    case 'element':
      return `([] ${shape(e.collection)} ${shape(e.index)})`
    case 'row':
      return `(ROW ${e.elements.map(shape).join(' ')})`
    case 'call': {
      const args = e.args.map((arg) => ` ${arg.kind === 'named-argument' ? shape(arg.value) : shape(arg)}`).join('')
      return `(${e.name.parts.map((part) => part.name).join('.')}${args})`
    }
    case 'symbol':
      return `:${e.value}`
    default:
      return e.kind
  }
}

const shapes: readonly (readonly [sql: string, shape: string])[] = [
  // FINAL and RUNNING take one operand without operators; FINAL alone is a name
  ['FINAL A.v', '(FINAL A.v)'],
  ['FINAL A.v + 1', '(+ (FINAL A.v) 1)'],
  ['FINAL (A.v + B.v)', '(FINAL (+ A.v B.v))'],
  ['FINAL A.v[1]', '([] (FINAL A.v) 1)'],
  ['- FINAL A.v', '(- (FINAL A.v))'],
  ['NOT FINAL A.v', '(NOT (FINAL A.v))'],
  ['A.v + FINAL B.v', '(+ A.v (FINAL B.v))'],
  ['FINAL - 1 + 2', '(+ (FINAL (- 1)) 2)'],
  ['FINAL + 1 * 2', '(* (FINAL 1) 2)'],
  ['FINAL FINAL A.v', '(FINAL (FINAL A.v))'],
  ['FINAL LAST(A.v, 1) + 1', '(+ (FINAL (LAST A.v 1)) 1)'],
  ['FINAL A.v IS NULL', '(IS NULL (FINAL A.v))'],
  ['FINAL A.v BETWEEN 1 AND 2', '(BETWEEN (FINAL A.v) 1 2)'],
  ['FINAL A.v AND RUNNING B.v', '(AND (FINAL A.v) (RUNNING B.v))'],
  ['FINAL', 'FINAL'],
  ['FINAL.v', 'FINAL.v'],
  ['FINAL[1]', '([] FINAL 1)'],
  ['FINAL * b', '(* FINAL b)'],
  ['FINAL IN (1)', '(IN FINAL 1)'],
  ['FINAL IS NULL', '(IS NULL FINAL)'],
  ['FINAL NOT LIKE 1', '(NOT LIKE FINAL 1)'],
  ['(FINAL a).b', '(. (FINAL a) b)'],
  // associativity
  ['a - b', '(- a b)'],
  ['a - b - c', '(- (- a b) c)'],
  ['a -b', '(- a b)'],
  ['a - -b', '(- a (- b))'],
  ['a / b * c % d', '(% (* (/ a b) c) d)'],
  ['a OR b OR c', '(OR (OR a b) c)'],
  ['a LIKE b LIKE c', '(LIKE a (LIKE b c))'],
  ['a IN (1) IN (2)', '(IN (IN a 1) 2)'],
  ['a = b = c', '(= (= a b) c)'],
  // levels, from loose to tight
  ['a OR b AND c', '(OR a (AND b c))'],
  ['NOT a AND b', '(AND (NOT a) b)'],
  ['NOT a = b', '(NOT (= a b))'],
  ['NOT a IS NULL', '(NOT (IS NULL a))'],
  ['NOT NOT a', '(NOT (NOT a))'],
  ['a = b IS NULL', '(IS NULL (= a b))'],
  ['a + b IS NOT NULL', '(IS NOT NULL (+ a b))'],
  ['a IS TRUE = b', '(= (IS TRUE a) b)'],
  ['a = b IN (1)', '(= a (IN b 1))'],
  ['a = b LIKE c', '(= a (LIKE b c))'],
  ['a + 1 = b * 2', '(= (+ a 1) (* b 2))'],
  ['a + b * c', '(+ a (* b c))'],
  ['a || b + c', '(+ (|| a b) c)'],
  ['a || b * c', '(* (|| a b) c)'],
  ['a + 1 IS DISTINCT FROM b + 1', '(IS DISTINCT (+ a 1) (+ b 1))'],
  ['a IS NOT DISTINCT FROM b = c', '(= (IS NOT DISTINCT a b) c)'],
  ['-a * b', '(* (- a) b)'],
  ['-a[1]', '(- ([] a 1))'],
  ['-f(x).y', '(- (. (f x) y))'],

  // a prefix operator where a tighter one would be expected
  ['a = NOT b AND c', '(AND (= a (NOT b)) c)'],
  ['a = NOT b = c', '(= a (NOT (= b c)))'],
  ['a * NOT b + c', '(* a (NOT (+ b c)))'],
  // BETWEEN
  ['a BETWEEN 1 AND 2 AND b', '(AND (BETWEEN a 1 2) b)'],
  ['a BETWEEN b + 1 AND c + 1 OR d', '(OR (BETWEEN a (+ b 1) (+ c 1)) d)'],
  ['a NOT BETWEEN b OR c AND d', '(NOT BETWEEN a (OR b c) d)'],
  ['a BETWEEN 1 AND 2 = b', '(= (BETWEEN a 1 2) b)'],
  ['a BETWEEN b BETWEEN 1 AND 2 AND c', '(BETWEEN a (BETWEEN b 1 2) c)'],
  // LIKE, IN, quantifiers
  ["a LIKE b ESCAPE '!' AND c", "(AND (LIKE a b '!') c)"],
  ['a NOT LIKE b || c', '(NOT LIKE a (|| b c))'],
  ['a SIMILAR TO b', '(SIMILAR TO a b)'],
  ['a NOT IN (1, 2) AND b', '(AND (NOT IN a 1 2) b)'],
  ['a IN (SELECT 1)', '(IN a query)'],
  ['a IN ((SELECT 1))', '(IN a query)'],
  ['a IN (1, (SELECT 2))', '(IN a 1 query)'],
  ['a + 1 = ANY (SELECT 1)', '(= ANY (+ a 1))'],
  ['a < SOME (1, 2) OR b > ALL (SELECT 1)', '(OR (< ANY a) (> ALL b))'],
  ['EXISTS (SELECT 1) AND NOT EXISTS (SELECT 2)', '(AND (EXISTS) (NOT (EXISTS)))'],
  // names, fields, elements
  ['a.b.c', 'a.b.c'],
  ['(a).b', '(. a b)'],
  ['f(x).a.b', '(. (. (f x) a) b)'],
  ['a[1].b[2]', '([] (. ([] a 1) b) 2)'],
  ['c.d.f(1)', '(c.d.f 1)'],
  // parentheses
  ['(a + b) * c', '(* (+ a b) c)'],
  ['((a))', 'a'],
  ['(a, b) = (c, d)', '(= (ROW a b) (ROW c d))'],
  ['((SELECT 1)) + 1', '(+ query 1)'],
  ['((SELECT 1) + 2) * 3', '(* (+ query 2) 3)'],
  ['((SELECT 1) UNION (SELECT 2))', 'query'],
  // functions with keywords between their arguments
  ['EXTRACT(DAY FROM a)', '(EXTRACT :DAY a)'],
  ['FLOOR(a TO HOUR)', '(FLOOR a :HOUR)'],
  ['TRIM(a)', '(TRIM a)'],
  ["TRIM(LEADING 'x' FROM a)", "(TRIM :LEADING 'x' a)"],
  ["TRIM('x' FROM a)", "(TRIM :BOTH 'x' a)"],
  ['TRIM(BOTH FROM a)', "(TRIM :BOTH ' ' a)"],
  ['POSITION(a IN b)', '(POSITION a b)'],
  ['SUBSTRING(a FROM 2 FOR 3)', '(SUBSTRING a 2 3)'],
  ['OVERLAY(a PLACING b FROM 1 FOR 2)', '(OVERLAY a b 1 2)'],
  ['TIMESTAMPADD(SQL_TSI_DAY, 1, a)', '(TIMESTAMPADD :DAY 1 a)'],
  ["JSON_OBJECT('a' VALUE 1, 'b' : 2, KEY 'c' VALUE 3)", "(JSON_OBJECT 'a' 1 'b' 2 'c' 3)"],
  ['CURRENT_DATE', '(CURRENT_DATE)'],
]

for (const [sql, expected] of shapes) {
  test(sql, () => assert.equal(shape(parseExpression(sql)), expected))
}

test('a number keeps its digits, and knows whether it is exact', () => {
  for (const [text, exact] of [
    ['007', true],
    ['1.50', true],
    ['.5', true],
    ['1.', true],
    ['1e3', false],
    ['1.5E-3', false],
    ['12345678901234567890', true],
  ] as const) {
    assert.deepEqual(parseExpression(text), { kind: 'number', text, exact, span: { start: 0, end: text.length } })
  }
})

test('strings are unescaped and adjacent ones joined', () => {
  for (const [sql, value] of [
    ["'it''s'", "it's"],
    ["'a' 'b'\n'c'", 'abc'],
    ["U&'\\0041\\+01F600\\\\'", 'A😀\\'],
    ["U&'!0041!!' UESCAPE '!'", 'A!'],
    ["'''' ", "'"],
  ] as const) {
    const tree = parseExpression(sql)
    assert.equal(tree.kind === 'string' ? tree.value : tree.kind, value)
  }
})

test('intervals of every form', () => {
  const of = (sql: string) => {
    const tree = parseExpression(sql)
    assert.equal(tree.kind, 'interval')
    if (tree.kind !== 'interval') throw new Error('no interval')
    const { unit, precision, to, fraction } = tree.qualifier
    const value = typeof tree.value === 'string' ? tree.value : shape(tree.value)
    return [tree.negative ? '-' : '', value, unit, precision, to, fraction]
  }
  assert.deepEqual(of("INTERVAL '5' SECOND"), ['', '5', 'SECOND', undefined, undefined, undefined])
  assert.deepEqual(of("INTERVAL -'5' SECONDS"), ['-', '5', 'SECOND', undefined, undefined, undefined])
  assert.deepEqual(of("INTERVAL '1 2:3' DAY(3) TO SECOND(6)"), ['', '1 2:3', 'DAY', 3, 'SECOND', 6])
  assert.deepEqual(of("INTERVAL '1.5' SECOND(2, 3)"), ['', '1.5', 'SECOND', 2, undefined, 3])
  assert.deepEqual(of("INTERVAL '1-2' YEAR TO MONTH"), ['', '1-2', 'YEAR', undefined, 'MONTH', undefined])
  assert.deepEqual(of('INTERVAL 10 MINUTES'), ['', '10', 'MINUTE', undefined, undefined, undefined])
  assert.deepEqual(of('INTERVAL (a + 1) DAY'), ['', '(+ a 1)', 'DAY', undefined, undefined, undefined])
})

/** From tight to loose; all associate to the left. */
const LEVELS: readonly (readonly string[])[] = [
  ['*', '/', '%', '||'],
  ['+', '-'],
  ['=', '<>', '<', '<=', '>', '>='],
  ['AND'],
  ['OR'],
]

test('every pair of binary operators binds as its levels say', () => {
  const operators = LEVELS.flatMap((level, power) => level.map((op) => ({ op, power })))
  for (const first of operators) {
    for (const second of operators) {
      const expected =
        first.power <= second.power ? `(${second.op} (${first.op} a b) c)` : `(${first.op} a (${second.op} b c))`
      const sql = `a ${first.op} b ${second.op} c`
      assert.equal(shape(parseExpression(sql)), expected, sql)
    }
  }
})
