/**
 * `'format' = 'json'`: Flink's options, and `'format.type' = 'json'` of Flink 1.10, whose times are RFC 3339.
 */
import { fail } from '../../base/errors.ts'
import type { OptionDeclaration } from '../../base/options.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import type { Format, FormatContext } from '../contract.ts'
import type { TimeStandard } from '../text/times.ts'
import { hasDecimal } from './convert.ts'
import { JsonRowDecoder } from './decoder.ts'
import { createJsonEncoder } from './encoder.ts'
import { MAX_DEPTH, MAX_STRING } from './reader.ts'

const options: readonly OptionDeclaration[] = [
  {
    key: 'fail-on-missing-field',
    type: 'boolean',
    default: 'false',
    description: 'Fail when a record lacks a column of the table, instead of reading NULL.',
  },
  {
    key: 'ignore-parse-errors',
    type: 'boolean',
    default: 'false',
    description:
      'Read values that do not fit their column as NULL and skip records that are not JSON, instead of failing.',
  },
  {
    key: 'timestamp-format.standard',
    type: 'enum',
    values: ['sql', 'iso-8601'],
    default: 'SQL',
    description:
      "How times are written: SQL is '2020-12-30 12:13:14.123', ISO-8601 '2020-12-30T12:13:14.123'; TIMESTAMP_LTZ with a Z.",
  },
  {
    key: 'map-null-key.mode',
    type: 'enum',
    values: ['fail', 'drop', 'literal'],
    default: 'FAIL',
    description: 'What becomes of map entries with a NULL key when writing.',
  },
  {
    key: 'map-null-key.literal',
    type: 'string',
    default: 'null',
    description: "The key that is written for NULL when 'map-null-key.mode' is LITERAL.",
  },
  {
    key: 'encode.decimal-as-plain-number',
    type: 'boolean',
    default: 'false',
    description: 'Write decimals with all digits (0.000000027), never with an exponent (2.7E-8).',
  },
  {
    key: 'encode.ignore-null-fields',
    type: 'boolean',
    default: 'false',
    description: 'Leave out columns that are NULL instead of writing null.',
  },
  {
    key: 'decode.max-depth',
    type: 'int',
    default: String(MAX_DEPTH),
    description:
      "Levels of objects and arrays that a record may nest, at most 1000, Flink's fixed bound. Rivulet's own.",
  },
  {
    key: 'decode.max-string-length',
    type: 'int',
    default: String(MAX_STRING),
    description: "Characters that a string which is read may have. The default is Flink's fixed bound. Rivulet's own.",
  },
  {
    key: 'decode.json-parser.enabled',
    type: 'boolean',
    default: 'true',
    description: "Flink's switch between its two JSON readers; accepted, there is one reader here.",
  },
]

export const jsonFormat: Format = {
  identifier: 'json',
  options,
  changelog: INSERT_ONLY,
  derives: ['sql-timestamp'],

  decoder(context) {
    const failOnMissing = context.options.boolean('fail-on-missing-field') === true
    const ignoreErrors = context.options.boolean('ignore-parse-errors') === true
    if (failOnMissing && ignoreErrors) {
      fail('FORMAT_OPTION_CONFLICT', {
        format: 'json',
        first: 'fail-on-missing-field',
        second: 'ignore-parse-errors',
        reason: 'a missing field cannot both fail and be ignored',
      })
    }
    const decimals = (context.record ?? context.schema).some(({ type }) => hasDecimal(type))
    return new JsonRowDecoder(context.schema, {
      failOnMissing,
      ignoreErrors,
      standard: standardOf(context),
      decimals,
      maxDepth: bound(context, 'decode.max-depth', MAX_DEPTH),
      maxString: bound(context, 'decode.max-string-length', MAX_LENGTH),
    })
  },

  encoder(context) {
    const { options } = context
    return createJsonEncoder(context.schema, {
      standard: standardOf(context),
      nullKeys: (options.string('map-null-key.mode') ?? 'FAIL').toUpperCase() as 'FAIL' | 'DROP' | 'LITERAL',
      nullKeyLiteral: options.string('map-null-key.literal') ?? 'null',
      plainDecimals: options.boolean('encode.decimal-as-plain-number') === true,
      ignoreNulls: options.boolean('encode.ignore-null-fields') === true,
    })
  },
}

/** V8 makes no longer strings. */
const MAX_LENGTH = 2 ** 29 - 24

function bound({ options }: FormatContext, key: string, most: number): number | undefined {
  const value = options.number(key)
  if (value === undefined || (value >= 1 && value <= most)) return value
  return fail(
    'CONNECTOR_WRONG_OPTION_VALUE',
    { owner: "format 'json'", key: `json.${key}`, value: String(value), expected: `a number from 1 to ${most}` },
    { span: options.span(key) },
  )
}

function standardOf(context: FormatContext): TimeStandard {
  if (context.legacy) return 'RFC-3339'
  return context.options.string('timestamp-format.standard')?.toUpperCase() === 'ISO-8601' ? 'ISO-8601' : 'SQL'
}
