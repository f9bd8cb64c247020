import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  array,
  BIGINT,
  BOOLEAN,
  char,
  DATE,
  DOUBLE,
  decimal,
  INT,
  type LogicalType,
  NULL_TYPE,
  notNull,
  SMALLINT,
  STRING,
  SYMBOL,
  timestamp,
  typeText,
  varchar,
} from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import type { ArgInfo, TypingContext } from './function.ts'
import {
  ANY,
  args,
  CHARACTER_STRING,
  common,
  commonOf,
  computed,
  literal,
  NUMERIC,
  noNullLiteral,
  nullable,
  ofArg,
  optional,
  overloads,
  present,
  returns,
  type Shape,
  symbol,
  variadic,
} from './signature.ts'

const session: TypingContext = { timeZone: 'UTC', option: () => undefined }

function resolve(shape: Shape, ...given: (LogicalType | ArgInfo)[]): string {
  const infos = given.map((arg) => ('kind' in arg ? { type: arg } : arg))
  const found = shape('F').resolve(infos, session)
  return found === undefined ? 'none' : `${found.args.map(typeText).join(', ')} → ${typeText(found.returns)}`
}
const constant = (type: LogicalType, value: Value): ArgInfo => ({ type, literal: { value } })

test('declared types take what casts to them implicitly; a cast that changes nothing is left out', () => {
  const shape = args([STRING, INT], returns(STRING))
  assert.equal(resolve(shape, notNull(char(3)), notNull(SMALLINT)), 'CHAR(3) NOT NULL, INT NOT NULL → STRING NOT NULL')
  assert.equal(resolve(shape, varchar(5), notNull(INT)), 'VARCHAR(5), INT NOT NULL → STRING')
  assert.equal(resolve(shape, STRING, BIGINT), 'none')
  assert.equal(resolve(shape, INT, INT), 'none')
  assert.equal(resolve(shape, STRING, NULL_TYPE), 'STRING, INT → STRING')
  assert.equal(resolve(args([DATE], returns(BIGINT)), timestamp(3)), 'DATE → BIGINT')
})

test('families take any of their types and never cast', () => {
  assert.equal(
    resolve(args([NUMERIC], ofArg(0)), notNull(decimal(5, 2))),
    'DECIMAL(5, 2) NOT NULL → DECIMAL(5, 2) NOT NULL',
  )
  assert.equal(resolve(args([NUMERIC], ofArg(0)), STRING), 'none')
  assert.equal(resolve(args([CHARACTER_STRING], nullable(STRING)), notNull(char(1))), 'CHAR(1) NOT NULL → STRING')
  assert.equal(resolve(args([ANY], present(BOOLEAN)), array(INT)), 'ARRAY<INT> → BOOLEAN NOT NULL')
})

test('a rowtime attribute is an ordinary time stamp to a function', () => {
  assert.equal(resolve(args([ANY], ofArg(0)), { ...timestamp(3), attribute: 'rowtime' }), 'TIMESTAMP(3) → TIMESTAMP(3)')
  const found = args([ANY], ofArg(0))('F').resolve([{ type: { ...timestamp(3), attribute: 'rowtime' } }], session)
  assert.equal('attribute' in (found?.returns ?? {}), false)
})

test('optional and variadic positions', () => {
  const shape = args([STRING, optional(INT)], returns(STRING))
  assert.equal(resolve(shape, STRING), 'STRING → STRING')
  assert.equal(resolve(shape, STRING, INT, INT), 'none')
  const many = args([STRING, variadic(STRING, 1)], returns(STRING))
  assert.equal(resolve(many, STRING), 'none')
  assert.equal(resolve(many, STRING, STRING, char(2)), 'STRING, STRING, CHAR(2) → STRING')
  assert.deepEqual([many('F').minArgs, many('F').maxArgs], [2, Number.POSITIVE_INFINITY])
})

test('common positions meet in one type', () => {
  const shape = args([variadic(common(ANY), 1)], commonOf())
  assert.equal(
    resolve(shape, notNull(INT), notNull(decimal(2, 1))),
    'DECIMAL(11, 1) NOT NULL, DECIMAL(11, 1) NOT NULL → DECIMAL(11, 1) NOT NULL',
  )
  assert.equal(resolve(shape, NULL_TYPE, notNull(char(7))), 'CHAR(7), CHAR(7) NOT NULL → CHAR(7)')
  assert.equal(resolve(shape, STRING, INT), 'none')
})

test('constants, keywords and untyped NULLs', () => {
  assert.equal(resolve(args([literal(STRING)], returns(INT)), STRING), 'none')
  assert.equal(
    resolve(args([literal(STRING)], returns(INT)), constant(notNull(char(1)), 'a')),
    'CHAR(1) NOT NULL → INT NOT NULL',
  )
  assert.equal(
    resolve(args([symbol('DAY', 'HOUR')], returns(INT)), constant(notNull(SYMBOL), 'DAY')),
    'SYMBOL NOT NULL → INT NOT NULL',
  )
  assert.equal(resolve(args([symbol('DAY')], returns(INT)), constant(notNull(SYMBOL), 'YEAR')), 'none')
  assert.equal(resolve(args([noNullLiteral(BOOLEAN)], returns(BOOLEAN)), NULL_TYPE), 'none')
})

test('of overloads the first that needs no cast wins, else the first that fits', () => {
  const shape = overloads(
    args([DOUBLE], returns(DOUBLE)),
    args([BIGINT], returns(BIGINT)),
    args([STRING], returns(STRING)),
  )
  assert.equal(resolve(shape, BIGINT), 'BIGINT → BIGINT')
  assert.equal(resolve(shape, INT), 'DOUBLE → DOUBLE')
  assert.equal(resolve(shape, BOOLEAN), 'none')
  assert.deepEqual(shape('F').texts, ['F(DOUBLE)', 'F(BIGINT)', 'F(STRING)'])
})

test('results may be computed, and may refuse', () => {
  const shape = args(
    [NUMERIC, NUMERIC],
    computed(([a, b]) => (a.type.kind === b.type.kind ? a.type : undefined)),
  )
  assert.equal(resolve(shape, INT, notNull(INT)), 'INT, INT NOT NULL → INT')
  assert.equal(resolve(shape, INT, BIGINT), 'none')
})
