import { INSERT_ONLY } from '../../types/row-kind.ts'
import type { Format } from '../contract.ts'
import { CsvRowDecoder } from './decoder.ts'
import { createCsvEncoder } from './encoder.ts'
import { csvOptions, csvSettings } from './settings.ts'

/** `'format' = 'csv'`. */
export const csvFormat: Format = {
  identifier: 'csv',
  options: csvOptions,
  changelog: INSERT_ONLY,
  decoder: ({ schema, record, options }) => new CsvRowDecoder(schema, record ?? schema, csvSettings(options)),
  encoder: ({ schema, options }) => createCsvEncoder(schema, csvSettings(options)),
}
