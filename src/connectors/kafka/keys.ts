/**
 * Which columns are the key of a record, checked when the table is planned; for `kafka` and `upsert-kafka`.
 *
 * Law: every column of the key is a physical column, once, and begins with the prefix; key and value never have two fields of
 * one column under different names.
 */
import { fail } from '../../base/errors.ts'
import type { Format } from '../../formats/contract.ts'
import { isInsertOnly } from '../../types/row-kind.ts'
import type { TableRequest } from '../contract.ts'
import { type KeySettings, wrong } from './settings.ts'

/** How the record calls the columns of its key, and whether the value has them too. */
export function keyColumns(request: TableRequest, columns: readonly string[]): Pick<KeySettings, 'fields' | 'inValue'> {
  const prefix = request.options.string('key.fields-prefix') ?? ''
  const inValue = isInValue(request)
  checkPrefix(request)
  const bare = columns.find((column) => !column.startsWith(prefix))
  if (bare !== undefined) {
    wrong(
      request,
      'key.fields-prefix',
      `'key.fields-prefix' is '${prefix}', but the key column '${bare}' does not begin with it`,
      `Name the column '${prefix}${bare}', or remove the prefix.`,
    )
  }
  return { fields: columns.map((column) => ({ column, name: column.slice(prefix.length) })), inValue }
}

/** Also of a table without a key, as in Flink. */
export function checkPrefix(request: TableRequest): void {
  const prefix = request.options.string('key.fields-prefix') ?? ''
  if (prefix === '' || !isInValue(request)) return
  wrong(
    request,
    'key.fields-prefix',
    "'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY': with ALL the key columns would be in the value under their prefixed names",
    "Add 'value.fields-include' = 'EXCEPT_KEY', or remove the prefix.",
  )
}

function isInValue({ options }: TableRequest): boolean {
  return options.string('value.fields-include')?.trim().toUpperCase() !== 'EXCEPT_KEY'
}

/** A format of rows that are neither changed nor taken back. */
export function insertOnly(request: TableRequest, option: string, format: Format, whose: string): void {
  if (isInsertOnly(format.changelog)) return
  wrong(
    request,
    option,
    `'${option}' = '${format.identifier}' has kinds of changes of its own, which ${whose} cannot hold`,
    'Choose json, csv or raw.',
  )
}

export function usable(request: TableRequest, option: string, format: Format, use: 'decoder' | 'encoder'): void {
  if (format[use] !== undefined) return
  const feature = `${use === 'decoder' ? 'Reading' : 'Writing'} the format '${format.identifier}'`
  fail('CONNECTOR_NOT_YET', { feature, hint: 'Choose another format.' }, { span: request.entries[option]?.span })
}
