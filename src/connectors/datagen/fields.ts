/**
 * The options `fields.<column>.<property>` of a datagen table.
 *
 * Law: every given option belongs to a column of the table and to a property that the column's type has; each is read once,
 * and what nobody read is an error that names the nearest key.
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import { parseDuration } from '../../base/options.ts'
import type { TableRequest } from '../contract.ts'

export class FieldOptions {
  readonly #request: TableRequest
  readonly #given: Readonly<Record<string, string>>
  /** Keys without `fields.` that some column can have. */
  readonly #known = new Set<string>()

  constructor(request: TableRequest) {
    this.#request = request
    this.#given = request.options.family('fields.')
  }

  text(path: string, property: string): string | undefined {
    const key = `${path}.${property}`
    this.#known.add(key)
    return this.#given[key]
  }

  integer(path: string, property: string): bigint | undefined {
    const text = this.text(path, property)
    if (text === undefined) return undefined
    return /^[+-]?\d+$/.test(text.trim()) ? BigInt(text.trim()) : this.wrong(path, property, 'a whole number')
  }

  number(path: string, property: string): number | undefined {
    const text = this.text(path, property)
    if (text === undefined) return undefined
    const value = Number(text)
    return text.trim() !== '' && Number.isFinite(value) ? value : this.wrong(path, property, 'a number')
  }

  duration(path: string, property: string): number | undefined {
    const text = this.text(path, property)
    return text === undefined
      ? undefined
      : (parseDuration(text) ?? this.wrong(path, property, "a duration such as '10 s'"))
  }

  flag(path: string, property: string): boolean {
    const text = this.text(path, property)?.trim().toLowerCase()
    return (
      text === 'true' || (text !== undefined && text !== 'false' && this.wrong(path, property, "'true' or 'false'"))
    )
  }

  wrong(path: string, property: string, expected: string): never {
    const key = `fields.${path}.${property}`
    return fail(
      'CONNECTOR_WRONG_OPTION_VALUE',
      {
        owner: `connector 'datagen' (table ${this.#request.table})`,
        key,
        value: this.#given[`${path}.${property}`] ?? '',
        expected,
      },
      { span: this.#request.entries[key]?.span },
    )
  }

  refuse(path: string, property: string, reason: string, hint?: string): never {
    const key = `fields.${path}.${property}`
    const column = path.split('.')[0]
    return fail('CONNECTOR_DATAGEN_FIELD', { key, column, reason, hint }, { span: this.#request.entries[key]?.span })
  }

  /** After all columns have read theirs. */
  checkAllRead(): void {
    for (const key of Object.keys(this.#given)) {
      if (this.#known.has(key)) continue
      const near = didYouMean(
        `fields.${key}`,
        [...this.#known].map((known) => `fields.${known}`),
      )
      const columns = this.#request.physical.map(({ name }) => name)
      const hint = near ?? `Columns of the table: ${columns.join(', ')}.`
      fail(
        'CONNECTOR_UNKNOWN_OPTION',
        { owner: `connector 'datagen' (table ${this.#request.table})`, key: `fields.${key}`, hint },
        { span: this.#request.entries[`fields.${key}`]?.span },
      )
    }
  }
}
