/** The options of the csv format as bytes. */
import { fail } from '../../base/errors.ts'
import type { OptionDeclaration, OptionValues } from '../../base/options.ts'

export const csvOptions: readonly OptionDeclaration[] = [
  {
    key: 'field-delimiter',
    type: 'string',
    default: ',',
    description: 'Character between fields; \\t is the tabulator.',
  },
  { key: 'disable-quote-character', type: 'boolean', default: 'false', description: 'Fields are never quoted.' },
  {
    key: 'quote-character',
    type: 'string',
    description: "Character around fields that contain others, '\"' by default.",
  },
  { key: 'allow-comments', type: 'boolean', default: 'false', description: "Lines that begin with '#' are no rows." },
  {
    key: 'ignore-parse-errors',
    type: 'boolean',
    default: 'false',
    description:
      'Read fields that do not fit their column as NULL and skip records that are not CSV, instead of failing.',
  },
  {
    key: 'array-element-delimiter',
    type: 'string',
    default: ';',
    description: 'Text between elements of arrays and rows.',
  },
  { key: 'escape-character', type: 'string', description: 'Character that takes the meaning from the next one.' },
  { key: 'null-literal', type: 'string', description: 'Text that means NULL.' },
  {
    key: 'write-bigdecimal-in-scientific-notation',
    type: 'boolean',
    default: 'true',
    description: 'Accepted; decimals of a table are written with all their digits either way, as in Flink.',
  },
]

export interface CsvSettings {
  readonly delimiter: number
  /** −1 = none. */
  readonly quote: number
  readonly escape: number
  readonly comments: boolean
  readonly ignoreErrors: boolean
  readonly elementDelimiter: string
  readonly nullLiteral: string | undefined
}

export function csvSettings(options: OptionValues): CsvSettings {
  const noQuotes = options.boolean('disable-quote-character') === true
  if (noQuotes && options.string('quote-character') !== undefined) {
    fail('FORMAT_OPTION_CONFLICT', {
      format: 'csv',
      first: 'disable-quote-character',
      second: 'quote-character',
      reason: 'without quotes there is no character for them',
    })
  }
  return {
    delimiter: character(options, 'field-delimiter', ','),
    quote: noQuotes ? -1 : character(options, 'quote-character', '"'),
    escape: options.string('escape-character') === undefined ? -1 : character(options, 'escape-character', ''),
    comments: options.boolean('allow-comments') === true,
    ignoreErrors: options.boolean('ignore-parse-errors') === true,
    elementDelimiter: unescaped(options.string('array-element-delimiter') ?? ';'),
    nullLiteral: options.string('null-literal'),
  }
}

function unescaped(text: string): string {
  return text.replaceAll('\\t', '\t').replaceAll('\\n', '\n').replaceAll('\\r', '\r')
}

function character(options: OptionValues, key: string, fallback: string): number {
  const text = unescaped(options.string(key) ?? fallback)
  const code = text.charCodeAt(0)
  if (text.length !== 1 || code >= 0x80) {
    fail(
      'CONNECTOR_WRONG_OPTION_VALUE',
      { owner: "format 'csv'", key: `csv.${key}`, value: text, expected: 'one ASCII character' },
      { span: options.span(key) },
    )
  }
  return code
}
