import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ArithmeticOperator,
  arithmeticType,
  avgType,
  commonType,
  leastRestrictive,
  sumType,
} from './common-type.ts'
import {
  array,
  BIGINT,
  char,
  DATE,
  DOUBLE,
  decimal,
  FLOAT,
  INT,
  type LogicalType,
  NULL_TYPE,
  notNull,
  SMALLINT,
  STRING,
  TINYINT,
  timestamp,
  typeText,
} from './logical-type.ts'

const show = (type: LogicalType | undefined) => (type === undefined ? 'none' : typeText(type))

test('types of decimal arithmetic, as Flink gave them', () => {
  const known: readonly (readonly [LogicalType, ArithmeticOperator, LogicalType, string])[] = [
    [decimal(10, 3), '/', BIGINT, 'DECIMAL(30, 23)'],
    [decimal(3, 2), '/', TINYINT, 'DECIMAL(7, 6)'],
    [decimal(38, 18), '+', decimal(38, 18), 'DECIMAL(38, 17)'],
    [decimal(38, 37), '+', BIGINT, 'DECIMAL(38, 18)'],
    [decimal(38, 18), '*', decimal(10, 0), 'DECIMAL(38, 7)'],
    [decimal(38, 18), '*', decimal(38, 37), 'DECIMAL(38, 16)'],
    [INT, '*', decimal(10, 3), 'DECIMAL(21, 3)'],
    [decimal(38, 18), '%', SMALLINT, 'DECIMAL(23, 18)'],
    [decimal(10, 0), '%', INT, 'INT'],
    [INT, '%', TINYINT, 'TINYINT'],
    [FLOAT, '+', decimal(10, 3), 'DOUBLE'],
    [FLOAT, '-', DOUBLE, 'FLOAT'],
    [DOUBLE, '-', FLOAT, 'DOUBLE'],
    [BIGINT, '/', FLOAT, 'FLOAT'],
    [DOUBLE, '%', INT, 'none'],
    [STRING, '+', INT, 'none'],
  ]
  for (const [a, op, b, type] of known)
    assert.equal(show(arithmeticType(op, a, b)), type, `${show(a)} ${op} ${show(b)}`)
  assert.equal(show(arithmeticType('+', notNull(INT), notNull(INT))), 'INT NOT NULL')
})

test('mixed types', () => {
  assert.equal(show(leastRestrictive([char(1), char(3)])), 'VARCHAR(3)')
  assert.equal(show(leastRestrictive([notNull(INT), notNull(decimal(2, 1))])), 'DECIMAL(11, 1) NOT NULL')
  assert.equal(show(leastRestrictive([notNull(INT), NULL_TYPE])), 'INT')
  assert.equal(show(leastRestrictive([timestamp(0), timestamp(3)])), 'TIMESTAMP(3)')
  assert.equal(show(leastRestrictive([array(INT), array(BIGINT)])), 'ARRAY<BIGINT>')
  assert.equal(show(leastRestrictive([STRING, INT])), 'none')
  assert.equal(show(leastRestrictive([DATE, timestamp(3)])), 'none')
  assert.equal(show(commonType([DATE, timestamp(3)])), 'DATE')
})

test('types of sums and averages', () => {
  assert.equal(show(sumType(decimal(10, 2))), 'DECIMAL(38, 2)')
  assert.equal(show(sumType(notNull(INT))), 'INT')
  assert.equal(show(avgType(decimal(10, 2))), 'DECIMAL(38, 6)')
})
