/** Result types as Flink 2.3 reports them for a grouped query; a global one makes those of `emptyIsNull` functions nullable. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  FLOAT,
  INT,
  INTERVAL_DAY_TO_SECOND,
  type LogicalType,
  notNull,
  row,
  SMALLINT,
  STRING,
  TINYINT,
  typeText,
} from '../../types/logical-type.ts'
import { findAggregateFunction } from './index.ts'

const session = { timeZone: 'UTC', option: () => undefined }
const resolve = (name: string, ...types: LogicalType[]) => {
  const literal = { value: 0.5 }
  const given = types.map((type, i) => (i === 0 ? { type } : { type, literal }))
  const resolution = findAggregateFunction(name)?.signature.resolve(given, session)
  return resolution && typeText(resolution.returns)
}

test('result types', () => {
  const cases: [string, LogicalType[], string | undefined][] = [
    ['SUM', [TINYINT], 'TINYINT'],
    ['SUM', [notNull(INT)], 'INT NOT NULL'],
    ['SUM', [decimal(10, 3)], 'DECIMAL(38, 3)'],
    ['SUM', [FLOAT], 'FLOAT'],
    ['SUM', [BOOLEAN], undefined],
    ['SUM', [INTERVAL_DAY_TO_SECOND], undefined],
    ['$SUM0', [notNull(INT)], 'INT NOT NULL'],
    ['AVG', [SMALLINT], 'SMALLINT'],
    ['AVG', [notNull(BIGINT)], 'BIGINT NOT NULL'],
    ['AVG', [decimal(10, 3)], 'DECIMAL(38, 6)'],
    ['AVG', [decimal(38, 20)], 'DECIMAL(38, 20)'],
    ['STDDEV_POP', [FLOAT], 'FLOAT'],
    ['STDDEV', [decimal(10, 3)], 'DECIMAL(38, 6)'],
    ['VARIANCE', [notNull(DOUBLE)], 'DOUBLE NOT NULL'],
    ['MIN', [STRING], 'STRING'],
    ['MAX', [notNull(STRING)], 'STRING NOT NULL'],
    ['MIN', [BOOLEAN], 'BOOLEAN'],
    ['MAX', [DATE], 'DATE'],
    ['MIN', [BYTES], undefined],
    ['MAX', [array(INT)], undefined],
    ['MAX', [INTERVAL_DAY_TO_SECOND], undefined],
    ['COUNT', [], 'BIGINT NOT NULL'],
    ['COUNT', [STRING], 'BIGINT NOT NULL'],
    ['FIRST_VALUE', [notNull(INT)], 'INT NOT NULL'],
    ['LAST_VALUE', [row([{ name: 'a', type: INT }])], 'ROW<`a` INT>'],
    ['COLLECT', [STRING], 'MULTISET<STRING> NOT NULL'],
    ['COLLECT', [notNull(INT)], 'MULTISET<INT NOT NULL> NOT NULL'],
    ['ARRAY_AGG', [STRING], 'ARRAY<STRING>'],
    ['ARRAY_AGG', [notNull(INT)], 'ARRAY<INT NOT NULL> NOT NULL'],
    ['LISTAGG', [STRING], 'STRING'],
    ['LISTAGG', [notNull(STRING), notNull(STRING)], 'STRING NOT NULL'],
    ['LISTAGG', [INT], undefined],
    ['JSON_ARRAYAGG', [STRING], 'VARCHAR(2000) NOT NULL'],
    ['JSON_OBJECTAGG', [STRING, INT], 'VARCHAR(2000) NOT NULL'],
    ['PERCENTILE', [notNull(INT), notNull(DOUBLE)], 'DOUBLE'],
    ['PERCENTILE', [INT, array(DOUBLE)], 'ARRAY<DOUBLE>'],
    ['PERCENTILE', [STRING, DOUBLE], undefined],
  ]
  for (const [name, types, expected] of cases) {
    assert.equal(resolve(name, ...types), expected, `${name}(${types.map(typeText).join(', ')})`)
  }
})
