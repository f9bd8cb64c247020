import * as t from '../../types/logical-type.ts'
import { formatConformance } from '../conformance.case.ts'
import { jsonFormat } from './format.ts'

const types: t.LogicalType[] = [
  t.BOOLEAN,
  t.TINYINT,
  t.SMALLINT,
  t.INT,
  t.BIGINT,
  t.FLOAT,
  t.DOUBLE,
  t.decimal(8, 2),
  t.decimal(38, 12),
  t.STRING,
  t.BYTES,
  t.DATE,
  t.time(3),
  t.timestamp(3),
  t.timestamp(6),
  t.timestamp(9),
  t.timestampLtz(3),
  t.array(t.BIGINT),
  t.map(t.STRING, t.decimal(5, 1)),
  t.row([
    { name: 'x', type: t.timestamp(6) },
    { name: 'y', type: t.array(t.STRING) },
  ]),
]

formatConformance('json', { format: jsonFormat, types })
formatConformance('json, ISO-8601, plain decimals', {
  format: jsonFormat,
  types,
  options: { 'timestamp-format.standard': 'ISO-8601', 'encode.decimal-as-plain-number': 'true' },
})
formatConformance('json, NULL fields left out', {
  format: jsonFormat,
  types,
  options: { 'encode.ignore-null-fields': 'true' },
})
formatConformance('json of Flink 1.10', { format: jsonFormat, types, legacy: true })
